using System.Reflection;
using System.Text.RegularExpressions;

namespace Notify.TestSupport;

/// <summary>
/// Runs a sample as a separate process with its own folder. The project file of the test assembly names the folder of the samples
/// and that of their output as assembly metadata.
/// </summary>
public static partial class SampleProcess
{
    public static string Folder(string sample) => Path.Combine(Metadata("Samples"), sample);

    public static ServerProcess Start(string sample, string folder, params string[] arguments) =>
        Start(sample, folder, [], arguments);

    public static ServerProcess Start(
        string sample,
        string folder,
        Dictionary<string, string> environment,
        params string[] arguments
    )
    {
        var assembly = Path.Combine(Folder(sample), Metadata("SampleOutput"), $"{Path.GetFileName(sample)}.dll");
        return ServerProcess.Start(
            "sh",
            ["-c", "cd \"$0\" && eval \"$NOTIFY_TEST_PRELUDE\" && exec dotnet exec \"$@\"", folder, assembly, .. arguments],
            new Dictionary<string, string>(environment)
            {
                ["DOTNET_TieredPGO"] = "0",
                // A busy machine must not refuse a template.
                ["Notify__Templates__MaxRenderTime"] = "00:01:00",
            }
        );
    }

    /// <summary>Starts the host with its data in the folder and waits until it prints its address.</summary>
    public static async Task<(ServerProcess Process, HttpClient Client)> StartHostAsync(
        string folder,
        Dictionary<string, string>? environment = null,
        params string[] arguments
    )
    {
        var process = Start(
            "Notify.Host",
            folder,
            environment ?? [],
            ["--contentRoot", Folder("Notify.Host"), "--Notify:Data", folder, .. arguments]
        );
        try
        {
            await Eventually.TrueAsync(() => process.HasExited || Ready().IsMatch(process.Output), "the host to be ready");
            var address = Ready().Match(process.Output);
            if (!address.Success)
                throw new InvalidOperationException($"The host did not start: {process.Output}");
            return (process, new HttpClient { BaseAddress = new Uri(address.Groups[1].Value) });
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    [GeneratedRegex(@"Notify is ready: (http://[^\s,]+)")]
    private static partial Regex Ready();

    private static string Metadata(string key) =>
        Assembly
            .GetEntryAssembly()!
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == key)
            .Value!;
}
