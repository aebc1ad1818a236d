using Notify.Load.Hosts;
using Notify.TestSupport;

namespace Notify.Load.Peers;

/// <summary>The peers, installed by npm, and the scripts that run them, in a folder that is deleted on disposal.</summary>
internal sealed class NodePackages : IDisposable
{
    /// <summary>The newest versions that run on the installed Node.js 20; firebase-admin 14 needs 22.</summary>
    private static readonly string[] Packages =
    [
        "bullmq@6.7.0",
        "ioredis@5.11.1",
        "@parse/node-apn@8.1.0",
        "firebase-admin@13.9.0",
        "nodemailer@10.6.0",
    ];

    private readonly TemporaryFolder _folder = new();

    private NodePackages()
    {
        foreach (var script in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Peers"), "*.mjs"))
            File.Copy(script, _folder.File(Path.GetFileName(script)));
    }

    public static async Task<NodePackages> InstallAsync()
    {
        var packages = new NodePackages();
        Console.Error.WriteLine($"  npm install {string.Join(' ', Packages)}");
        string[] command = ["install", "--prefix", packages._folder.Path, "--no-audit", "--no-fund", "--silent", .. Packages];
        await using var npm = ServerProcess.Start(ServerProcess.Find("npm"), command);
        await npm.WaitForExitAsync();
        return npm.ExitCode == 0 ? packages : throw new InvalidOperationException($"npm install failed: {npm.Output}");
    }

    /// <summary>Starts Node.js with a script that reads counts and writes how long each turn took.</summary>
    public AnsweringProcess Start(string script, params IEnumerable<string> arguments) =>
        new(ServerProcess.Find("node"), [_folder.File(script), .. arguments]);

    public void Dispose() => _folder.Dispose();
}
