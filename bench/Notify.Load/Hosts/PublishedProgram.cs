using System.Diagnostics;
using System.Runtime.InteropServices;
using Notify.TestSupport;

namespace Notify.Load.Hosts;

/// <summary>A program, published as the reference host is for its image: compiled ahead of time for this machine.</summary>
/// <param name="Assembly">The path of its assembly.</param>
/// <param name="IsCompiled">Whether it could be published. If not, the assembly is the ordinary build's.</param>
internal sealed record PublishedProgram(string Assembly, bool IsCompiled)
{
    /// <summary>
    /// Publishes a program. This needs packages with the compiler and the runtime, which are downloaded the first time. Without
    /// them the scenario measures the ordinary build, and prints that it does.
    /// </summary>
    /// <param name="name">The name of the program in the project file of the benchmark.</param>
    public static async Task<PublishedProgram> PublishAsync(string name)
    {
        var built = BuildMetadata.Get($"{name}Assembly");
        var folder = Path.Combine(BuildMetadata.Get("PublishFolder"), Path.GetFileNameWithoutExtension(built));
        Console.Error.WriteLine($"  publishing {Path.GetFileNameWithoutExtension(built)}");
        var (exitCode, output) = await OwnProcess.RunAsync([
            "publish",
            BuildMetadata.Get($"{name}Project"),
            "--configuration",
            "Release",
            "--runtime",
            $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}",
            "--self-contained",
            "false",
            "--output",
            folder,
            "-p:UseAppHost=false",
            "-p:RunAnalyzers=false",
            "-v",
            "quiet",
            "--nologo",
        ]);
        if (exitCode == 0)
            return new PublishedProgram(Path.Combine(folder, Path.GetFileName(built)), IsCompiled: true);

        Console.Error.WriteLine(output);
        Console.Error.WriteLine("  IT COULD NOT BE PUBLISHED. The ordinary build is measured instead, which starts later.");
        return new PublishedProgram(built, IsCompiled: false);
    }

    public ServerProcess Start(params IEnumerable<string> arguments) =>
        ServerProcess.Start(OwnProcess.Program, ["exec", Assembly, .. arguments]);
}
