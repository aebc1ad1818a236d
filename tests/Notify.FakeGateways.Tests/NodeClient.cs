using System.Diagnostics;
using System.Reflection;
using Notify.TestSupport;

namespace Notify.FakeGateways.Tests;

/// <summary>
/// Runs a script from <c>clients/</c> in Node.js. The scripts use the vendors' own npm packages, which are installed once.
/// </summary>
internal static class NodeClient
{
    private static readonly string Folder = typeof(NodeClient)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(item => item.Key == "ClientsFolder")
        .Value!;

    private static readonly Lazy<Task> Installed = new(InstallAsync);

    /// <summary>Runs a script and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">The script failed. The message contains what it printed.</exception>
    public static async Task<string> RunAsync(
        string script,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        await Installed.Value;
        return await StartAsync("node", [script, .. arguments], environment);
    }

    private static Task InstallAsync() => StartAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], null);

    private static async Task<string> StartAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment
    )
    {
        var start = new ProcessStartInfo(ServerProcess.Find(program), arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} exited with {process.ExitCode}: {await output}{await errors}");
    }
}
