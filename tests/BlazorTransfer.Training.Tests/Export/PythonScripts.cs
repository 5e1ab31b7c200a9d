using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace BlazorTransfer.Training.Tests.Export;

/// <summary>A Python with PyTorch that runs scripts one after the other: importing torch takes longer than any of them.</summary>
public sealed class PythonScripts : IDisposable
{
    private const string Loop = """
        import contextlib, io, json, os, runpy, sys, traceback
        import torch, torchvision, PIL
        print("ready", flush=True)
        for line in sys.stdin:
            call = json.loads(line)
            os.chdir(call["Folder"])
            sys.argv = [call["Script"], *call["Arguments"]]
            output, error = io.StringIO(), None
            try:
                with contextlib.redirect_stdout(output):
                    runpy.run_path(call["Script"], run_name="__main__")
            except BaseException:
                error = traceback.format_exc()
            print(json.dumps({"Output": output.getvalue(), "Error": error}), flush=True)
        """;

    private readonly Process? _python = new[] { "/usr/bin/python3", "python3", "python" }.Select(Start).FirstOrDefault(p => p is not null);

    public void SkipWhereAbsent() =>
        Assert.SkipWhen(
            _python is null,
            "Needs a Python with torch and torchvision (Debian: python3-torch, python3-torchvision), which is not here."
        );

    /// <summary>What a script prints.</summary>
    public string Run(string folder, string script, params string[] arguments)
    {
        _python!.StandardInput.WriteLine(JsonSerializer.Serialize(new Call(folder, script, arguments)));
        Answer answer = JsonSerializer.Deserialize<Answer>(_python.StandardOutput.ReadLine()!)!;
        Assert.True(answer.Error is null, answer.Error);
        return answer.Output;
    }

    public void Dispose()
    {
        _python?.StandardInput.Close();
        _python?.WaitForExit();
        _python?.Dispose();
    }

    /// <summary>Null where there is no such program, or it has no PyTorch.</summary>
    private static Process? Start(string program)
    {
        try
        {
            Process python = Process.Start(
                new ProcessStartInfo(program, ["-c", Loop])
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            // Read on, so that warnings never fill the pipe.
            python.ErrorDataReceived += (_, _) => { };
            python.BeginErrorReadLine();
            if (python.StandardOutput.ReadLine() == "ready")
                return python;
            python.Dispose();
        }
        catch (Win32Exception)
        {
            // No such program; the next name.
        }

        return null;
    }

    private sealed record Call(string Folder, string Script, string[] Arguments);

    private sealed record Answer(string Output, string? Error);
}
