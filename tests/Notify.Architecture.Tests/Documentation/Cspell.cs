using Notify.TestSupport;

namespace Notify.Architecture.Tests.Documentation;

/// <summary>Checks spelling with cspell, which comes from npm and is installed once.</summary>
internal static class Cspell
{
    private static readonly string Folder = Repository.GetPath("tests/Notify.Architecture.Tests/Documentation/spelling");
    private static readonly Lazy<Task> Installed = new(() =>
        Command.RunAsync(Folder, ServerProcess.Find("npm"), ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
    );

    /// <summary>Lists the unknown words in files, one line each: FILE:LINE:COLUMN - Unknown word (WORD).</summary>
    public static async Task<string> CheckAsync(IEnumerable<string> files)
    {
        await Installed.Value;
        using var folder = new TemporaryFolder();
        var list = folder.File("files");
        await File.WriteAllLinesAsync(list, files);
        string[] arguments =
        [
            Path.Combine(Folder, "node_modules/cspell/bin.mjs"),
            "lint",
            "--config",
            Path.Combine(Folder, "cspell.json"),
            "--no-color",
            "--no-progress",
            "--no-summary",
            "--no-must-find-files",
            "--file-list",
            list,
        ];
        var (_, output, errors) = await Command.TryAsync(Folder, ServerProcess.Find("node"), arguments);
        return output + errors;
    }
}
