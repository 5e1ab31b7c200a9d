using BlazorTransfer.Web.Localization;
using Microsoft.AspNetCore.Identity;

namespace BlazorTransfer.Web.Security;

/// <summary>Identity's refusals, in the language of the page.</summary>
internal sealed class AccountErrors : IdentityErrorDescriber
{
    public override IdentityError DuplicateUserName(string userName) => Of(base.DuplicateUserName(userName), "NameTaken", userName);

    public override IdentityError PasswordTooShort(int length) => Of(base.PasswordTooShort(length), "PasswordTooShort", length);

    public override IdentityError PasswordMismatch() => Of(base.PasswordMismatch(), "PasswordWrong");

    public override IdentityError ConcurrencyFailure() => Of(base.ConcurrencyFailure(), "AccountChanged");

    private static IdentityError Of(IdentityError error, string key, params object[] values) =>
        new() { Code = error.Code, Description = Texts<SecurityTexts>.Get(key, values) };
}
