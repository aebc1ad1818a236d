using System.Diagnostics;
using System.Globalization;
using System.Net.Security;

namespace Notify.Load.Wire;

/// <summary>A sink in a process of its own.</summary>
internal sealed class SinkProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly byte[] _certificate;

    private SinkProcess(Process process, string greeting)
    {
        var parts = greeting.Split(' ');
        _process = process;
        Port = int.Parse(parts[0], CultureInfo.InvariantCulture);
        _certificate = Convert.FromBase64String(parts[1]);
    }

    /// <summary>The port of the loopback address.</summary>
    public int Port { get; }

    public Uri Address => new($"https://127.0.0.1:{Port}/");

    /// <summary>Trusts this sink and nobody else.</summary>
    public RemoteCertificateValidationCallback Trust =>
        (_, certificate, _, _) => certificate?.GetRawCertData().AsSpan().SequenceEqual(_certificate) == true;

    public static async Task<SinkProcess> StartAsync(string vendor, int latency)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            ["exec", typeof(SinkProcess).Assembly.Location, SinkCommand.Name, "--vendor", vendor, "--latency", $"{latency}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        return await process.StandardOutput.ReadLineAsync() is { } greeting
            ? new SinkProcess(process, greeting)
            : throw new InvalidOperationException("The sink did not start.");
    }

    public async Task<Taken> TakenAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        var counts = (await _process.StandardOutput.ReadLineAsync())!.Split(' ');
        return new Taken(Number(counts[0]), Number(counts[1]));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
