using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Runs;
using Spectre.Console;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>describe</c>: the catalogue, for people or, with <c>--json</c>, for the web application.</summary>
internal static class DescribeCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the catalogue as JSON." };
        var command = new Command("describe", "Lists backbones, methods with their parameters, and devices.") { json };
        command.SetAction(parsed =>
            Failures.Guard(() =>
            {
                NativeLibtorch.Load();
                Catalogue catalogue = Catalogues.Describe();
                if (parsed.GetValue(json))
                    Console.WriteLine(JsonSerializer.Serialize(catalogue, ProtocolJson.Indented));
                else
                    Print(catalogue);
            })
        );
        return command;
    }

    private static void Print(Catalogue catalogue)
    {
        string devices = string.Join(", ", catalogue.Devices.Select(d => $"{d.Name} ({d.Description})"));
        AnsiConsole.MarkupLineInterpolated($"BlazorTransfer {catalogue.WorkerVersion}; devices: {devices}");
        Table backbones = new Table { Title = new TableTitle("Backbones") }.AddColumns(
            "--backbone",
            "name",
            "parameters",
            "GMACs",
            "features",
            "layer groups"
        );
        foreach (BackboneSpec b in catalogue.Backbones)
        {
            backbones.AddRow(
                Markup.Escape(b.Name),
                Markup.Escape(b.DisplayName),
                string.Create(CultureInfo.InvariantCulture, $"{b.Parameters / 1e6:F1} M"),
                b.GigaMacs.ToString(CultureInfo.InvariantCulture),
                b.FeatureDim.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(string.Join(" ", b.LayerGroups))
            );
        }

        AnsiConsole.Write(backbones);
        foreach (TransferMethodSpec method in catalogue.Methods)
        {
            AnsiConsole.MarkupLineInterpolated($"\n[bold]--method {method.Name}[/]  {method.Summary} {method.Advice}");
            Table parameters = new Table().AddColumns("option", "default", "what it does");
            foreach (ParameterSpec p in catalogue.ParametersOf(method))
                parameters.AddRow(Markup.Escape($"--{p.Name}"), Markup.Escape($"{p.Default} {p.Unit}"), Markup.Escape(p.Help));
            AnsiConsole.Write(parameters);
        }
    }
}
