using System.Diagnostics;

namespace Notify.Load.Hosts;

/// <summary>A process that answers each line with one line and exits when its input ends.</summary>
internal sealed class AnsweringProcess(string program, IEnumerable<string> arguments) : IAsyncDisposable
{
    private readonly Process _process = Process.Start(
        new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            // A kill would leave the sockets of the diagnostics behind.
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" },
        }
    )!;

    public int Id => _process.Id;

    public async Task<string> AskAsync(string question = "")
    {
        await _process.StandardInput.WriteLineAsync(question);
        return await ReadAsync();
    }

    /// <summary>Reads a line that the process writes without being asked, such as that it is ready.</summary>
    public async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync()
        ?? throw new InvalidOperationException("A process of the scenario has exited. See its error above.");

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
