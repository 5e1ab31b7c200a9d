using System.Security.Claims;
using BlazorTransfer.Web.Features.Team;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>Stops one operation on an account between its read and its write, and lets another one happen meanwhile.</summary>
public sealed class AccountConcurrencyTests : IDisposable
{
    private const string NewPassword = "another long enough password";

    /// <summary>Places where an operation can be stopped: at a hash, or just before Identity stores the account.</summary>
    private const int StoppingPlaces = 3;
    private readonly Stop _stop = new();
    private readonly TestApp _app;
    private int _cases;
    private ClaimsPrincipal? _admin;

    public AccountConcurrencyTests() =>
        _app = new TestApp
        {
            Configure = services =>
            {
                services.AddScoped<IPasswordHasher<User>>(_ => new WatchedHasher(_ => _stop.Pass()));
                services.AddScoped<IUserValidator<User>>(_ => new StoppingValidator(_stop));
            },
        };

    public void Dispose() => _app.Dispose();

    /// <param name="Name">Shown where the test fails.</param>
    /// <param name="Act">Does it; whether it says that it was done.</param>
    /// <param name="Aspect">Two operations on the same aspect of an account may follow each other; the later one counts.</param>
    /// <param name="Holds">Whether the account shows what was done.</param>
    /// <param name="MayFail">Whether it may ask the person to try again.</param>
    private sealed record Operation(
        string Name,
        Func<Case, IServiceProvider, Task<bool>> Act,
        string Aspect,
        Func<Case, User, bool> Holds,
        bool MayFail = false
    );

    /// <summary>An account that two operations meet on.</summary>
    private sealed record Case(User User, ClaimsPrincipal SignedIn, ClaimsPrincipal Admin)
    {
        public string? DrawnPassword { get; set; }
    }

    private IReadOnlyList<Operation> Operations =>
        [
            new(
                "disable",
                (c, s) => Done(() => Accounts(s).SetDisabled(c.Admin, c.User.Id, disabled: true)),
                "enabled",
                (_, u) => u.IsDisabled
            ),
            new(
                "enable",
                (c, s) => Done(() => Accounts(s).SetDisabled(c.Admin, c.User.Id, disabled: false)),
                "enabled",
                (_, u) => !u.IsDisabled
            ),
            new(
                "change the password",
                async (c, s) => (await Accounts(s).ChangePasswordAsync(c.SignedIn, TestApp.Password, NewPassword)).Count == 0,
                "password",
                (_, u) => HasPassword(u, NewPassword),
                MayFail: true
            ),
            new(
                "reset the password",
                (c, s) => Done(() => c.DrawnPassword = Accounts(s).ResetPassword(c.Admin, c.User.Id)),
                "password",
                (c, u) => HasPassword(u, c.DrawnPassword!)
            ),
            new(
                "sign out everywhere",
                (c, s) => Done(() => Accounts(s).SignOutEverywhere(c.SignedIn)),
                "sign-ins",
                (c, _) => !_app.Get<Sessions>().Holds(c.SignedIn)
            ),
            new(
                "sign out",
                (c, _) => Done(() => _app.Get<Sessions>().EndOne(c.SignedIn)),
                "sign-ins",
                (c, _) => !_app.Get<Sessions>().Holds(c.SignedIn)
            ),
            new("fail to sign in", async (c, s) => !await SignInAsync(c, s, "not the password"), "", (_, _) => true),
            new("sign in", (c, s) => SignInAsync(c, s, TestApp.Password), "", (_, _) => true, MayFail: true),
            new("change another field through Identity", RenameAsync, "name", (c, u) => u.UserName == $"{c.User.UserName} renamed", true),
        ];

    [Fact]
    public async Task EveryPairOfOperations_HoweverTheyInterleave_LosesNeither()
    {
        foreach (Operation first in Operations)
        {
            foreach (Operation second in Operations)
            {
                for (int place = 0; place < StoppingPlaces; place++)
                    await InterleaveAsync(first, second, place);
            }
        }
    }

    [Fact]
    public async Task Update_OfAnAccountThatChangedSinceItWasRead_FailsAndChangesNothing()
    {
        User ada = await _app.CreateUserAsync("Ada");
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        var manager = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        User one = (await manager.FindByIdAsync(ada.Id))!,
            other = (await manager.FindByIdAsync(ada.Id))!;
        one.IsDisabled = true;
        Assert.True((await manager.UpdateAsync(one)).Succeeded);

        other.IsAdmin = true;
        IdentityResult late = await manager.UpdateAsync(other);

        Assert.Equal(nameof(IdentityErrorDescriber.ConcurrencyFailure), Assert.Single(late.Errors).Code);
        User stored = _app.Get<DocumentCollection<User>>().Find(ada.Id)!;
        // Lists are equal to themselves only.
        Assert.Equal(one, stored with { EndedSessions = one.EndedSessions });
        // Who writes again without reading has read what it wrote.
        one.IsDisabled = false;
        Assert.True((await manager.UpdateAsync(one)).Succeeded);
    }

    /// <summary>What one of them asks last is refused, as they are no administrator any more.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Administrators_WhoRemoveEachOtherAtOnce_LeaveOne(bool disables)
    {
        for (int round = 0; round < 20; round++)
        {
            User[] users =
            [
                await _app.CreateUserAsync($"First {round}", isAdmin: true),
                await _app.CreateUserAsync($"Second {round}", isAdmin: true),
            ];
            ClaimsPrincipal[] admins = [await _app.PrincipalAsync(users[0]), await _app.PrincipalAsync(users[1])];
            using var together = new Barrier(2);

            await Task.WhenAll(Enumerable.Range(0, 2).Select(i => Task.Factory.StartNew(() => Remove(i), TaskCreationOptions.LongRunning)));

            Assert.Single(users, u => _app.Get<DocumentCollection<User>>().Find(u.Id) is { IsAdmin: true, IsDisabled: false });

            void Remove(int i)
            {
                using IServiceScope scope = _app.Factory.Services.CreateScope();
                together.SignalAndWait(TestApp.HangLimit);
                Record.Exception(() =>
                {
                    if (disables)
                        Accounts(scope.ServiceProvider).SetDisabled(admins[i], users[1 - i].Id, disabled: true);
                    else
                        Accounts(scope.ServiceProvider).SetAdministrator(admins[i], users[1 - i].Id, isAdmin: false);
                });
            }
        }
    }

    private async Task InterleaveAsync(Operation first, Operation second, int place)
    {
        string what = $"'{second.Name}' while '{first.Name}' is stopped at place {place}";
        Case subject = await NewCaseAsync();
        Task<bool> slow = _stop.RunAsync(place, () => ActAsync(first, subject));
        await _stop.ReachedOrEndedAsync(slow);
        bool secondDone = await ActAsync(second, subject).WaitAsync(TestApp.HangLimit);
        _stop.Release();
        bool firstDone = await slow.WaitAsync(TestApp.HangLimit);

        User user = _app.Get<DocumentCollection<User>>().Find(subject.User.Id)!;
        Assert.True(firstDone || first.MayFail, $"{what}: the first was not done.");
        Assert.True(secondDone || second.MayFail, $"{what}: the second was not done.");
        bool firstHolds = first.Holds(subject, user),
            secondHolds = second.Holds(subject, user);
        if (first.Aspect == second.Aspect && firstDone && secondDone)
        {
            Assert.True(firstHolds || secondHolds, $"{what}: neither holds.");
            return;
        }

        Assert.True(!firstDone || firstHolds, $"{what}: the first said that it was done, and it was lost.");
        Assert.True(!secondDone || secondHolds, $"{what}: the second said that it was done, and it was lost.");
    }

    private async Task<Case> NewCaseAsync()
    {
        int number = ++_cases;
        User user = await _app.CreateUserAsync($"User {number}");
        return new Case(
            user,
            await _app.PrincipalAsync(user),
            _admin ??= await _app.PrincipalAsync(await _app.CreateUserAsync("Admin", isAdmin: true))
        );
    }

    private async Task<bool> ActAsync(Operation operation, Case subject)
    {
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        return await operation.Act(subject, scope.ServiceProvider);
    }

    private static AccountService Accounts(IServiceProvider services) => services.GetRequiredService<AccountService>();

    private static Task<bool> Done(Action act)
    {
        act();
        return Task.FromResult(true);
    }

    private static async Task<bool> SignInAsync(Case subject, IServiceProvider services, string password)
    {
        var context = new DefaultHttpContext { RequestServices = services };
        services.GetRequiredService<IHttpContextAccessor>().HttpContext = context;
        // A password that an administrator gave is right, too.
        return (await services.GetRequiredService<PasswordSignIn>().TryAsync(context, subject.User.UserName, password)).Outcome
            != SignInOutcome.Refused;
    }

    private static async Task<bool> RenameAsync(Case subject, IServiceProvider services)
    {
        var manager = services.GetRequiredService<UserManager<User>>();
        User user = (await manager.FindByIdAsync(subject.User.Id))!;
        return (await manager.SetUserNameAsync(user, $"{subject.User.UserName} renamed")).Succeeded;
    }

    private static bool HasPassword(User user, string password) =>
        new WatchedHasher(_ => { }).VerifyHashedPassword(user, user.PasswordHash!, password) != PasswordVerificationResult.Failed;

    /// <summary>Stops one operation at a place of its way; all others pass.</summary>
    private sealed class Stop
    {
        private readonly AsyncLocal<bool> _isStopped = new();
        private TaskCompletionSource _reached = new();
        private TaskCompletionSource _released = new();
        private int _placesLeft;

        public Task<bool> RunAsync(int place, Func<Task<bool>> operation)
        {
            (_reached, _released, _placesLeft) = (NewSource(), NewSource(), place);
            return Task.Run(() =>
            {
                _isStopped.Value = true;
                return operation();
            });
        }

        /// <summary>An operation without such a place has nothing between its read and its write, and ends.</summary>
        public Task ReachedOrEndedAsync(Task operation) => Task.WhenAny(_reached.Task, operation).WaitAsync(TestApp.HangLimit);

        public void Release() => _released.SetResult();

        public void Pass()
        {
            if (!_isStopped.Value || _placesLeft-- != 0)
                return;
            _reached.SetResult();
            Assert.True(_released.Task.Wait(TestApp.HangLimit), "Nobody let the operation go on.");
        }

        private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Identity asks its validators last before it stores an account.</summary>
    private sealed class StoppingValidator(Stop stop) : IUserValidator<User>
    {
        public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user)
        {
            stop.Pass();
            return Task.FromResult(IdentityResult.Success);
        }
    }
}
