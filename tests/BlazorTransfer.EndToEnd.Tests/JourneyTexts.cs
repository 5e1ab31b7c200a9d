using Microsoft.Playwright;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>The texts of a language that lead from the set-up to a model.</summary>
internal sealed record JourneyTexts
{
    public static JourneyTexts English { get; } =
        new()
        {
            SetUpCode = "Set-up code",
            YourName = "Your name",
            Password = "Password",
            CreateAccount = "Create the account",
            Projects = "Projects",
            ProjectName = "Name",
            CreateProject = "Create project",
            Quick = "Quick",
            Datasets = "Data sets",
            Import = "Import",
            ImportImages = "Import images",
            TrainModel = "Train a model",
            StartTraining = "Start training",
            DownloadModel = "Download model",
        };

    public static JourneyTexts Chinese { get; } =
        new()
        {
            SetUpCode = "设置码",
            YourName = "你的用户名",
            Password = "密码",
            CreateAccount = "创建账户",
            Projects = "项目",
            ProjectName = "名称",
            CreateProject = "创建项目",
            Quick = "快速",
            Datasets = "数据集",
            Import = "导入",
            ImportImages = "导入图像",
            TrainModel = "训练模型",
            StartTraining = "开始训练",
            DownloadModel = "下载模型",
        };

    public required string SetUpCode { get; init; }
    public required string YourName { get; init; }
    public required string Password { get; init; }
    public required string CreateAccount { get; init; }
    public required string Projects { get; init; }
    public required string ProjectName { get; init; }
    public required string CreateProject { get; init; }
    public required string Quick { get; init; }
    public required string Datasets { get; init; }
    public required string Import { get; init; }
    public required string ImportImages { get; init; }
    public required string TrainModel { get; init; }
    public required string StartTraining { get; init; }
    public required string DownloadModel { get; init; }

    /// <summary>The preset Quick on the page that starts a training.</summary>
    public ILocator QuickOn(IPage page) => page.GetByRole(AriaRole.Radio, new() { NameRegex = new($"^{Quick}") });

    /// <summary>The link of a finished run to its model.</summary>
    public ILocator DownloadOn(IPage page) => page.GetByRole(AriaRole.Link, new() { NameRegex = new($"^{DownloadModel}") });
}
