using Notify.TestSupport;

namespace Notify.Load.Upgrades;

/// <summary>A reference host of one version, with every role.</summary>
internal sealed class VersionedHost(string name, string[] command, Dictionary<string, string> environment, string folder)
    : IAsyncDisposable
{
    private ServerProcess? _process;

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort.Next()}");

    /// <exception cref="InvalidOperationException">
    /// The host did not start, for example because its version cannot work with the schema.
    /// </exception>
    public async Task StartAsync()
    {
        var settings = new Dictionary<string, string>(environment) { ["ASPNETCORE_URLS"] = Address.AbsoluteUri };
        var process = ServerProcess.Start(command[0], command[1..], settings, folder: folder);
        _process = process;
        await Eventually.TrueAsync(
            () => process.HasExited || process.Output.Contains("Notify is ready", StringComparison.Ordinal),
            $"{name} to be ready"
        );
        if (process.HasExited)
            throw new InvalidOperationException($"{name} did not start: {process.Output}");
    }

    /// <summary>Lets the host finish what it is doing.</summary>
    public async Task StopAsync()
    {
        _process!.Terminate();
        await _process.WaitForExitAsync();
        if (_process.ExitCode != 0)
            throw new InvalidOperationException($"{name} exited with {_process.ExitCode}: {_process.Output}");
        await _process.DisposeAsync();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }
}
