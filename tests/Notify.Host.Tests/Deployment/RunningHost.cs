using System.Net;
using Notify.TestSupport;

namespace Notify.Host.Tests.Deployment;

/// <summary>The host as a process with only the environment that a deployment gives it.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private static readonly HttpClient Client = new();

    private readonly TemporaryFolder _folder = new();
    private readonly ServerProcess _process;

    public RunningHost(Dictionary<string, string> environment) =>
        _process = SampleProcess.Start(
            "Notify.Host",
            _folder.Path,
            environment,
            "--contentRoot",
            SampleProcess.Folder("Notify.Host")
        );

    /// <summary>Gets what the host has printed.</summary>
    public string Output => _process.Output;

    /// <summary>Waits until a probe succeeds. Like an orchestrator, it calls the probe's address without a key.</summary>
    public Task WaitForAsync(Uri probe, string what) =>
        Eventually.TrueAsync(
            async () =>
            {
                if (_process.HasExited)
                    throw new InvalidOperationException($"The host exited: {_process.Output}");

                try
                {
                    using var answer = await Client.GetAsync(probe);
                    return answer.StatusCode == HttpStatusCode.OK;
                }
                catch (HttpRequestException)
                {
                    return false; // It does not listen yet.
                }
            },
            what
        );

    /// <summary>Stops the host as an orchestrator does, and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        _process.Terminate();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
