using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>Names of the people who changed a data set.</summary>
internal sealed class PeopleNames(DocumentCollection<User> users)
{
    /// <summary>The name of an account, also of one that is gone.</summary>
    public string NameOf(string userId) => users.Find(userId)?.UserName ?? Texts<WorkbenchTexts>.Get("FormerMember");
}
