using System.Globalization;
using System.Net.Security;
using Notify.Load.Hosts;
using Notify.Providers;

namespace Notify.Load.Wire;

/// <summary>A sink in a separate process.</summary>
internal sealed class SinkProcess : IAsyncDisposable
{
    private readonly AnsweringProcess _process;
    private readonly byte[] _certificate;

    private SinkProcess(AnsweringProcess process, string greeting)
    {
        var parts = greeting.Split(' ');
        _process = process;
        Port = int.Parse(parts[0], CultureInfo.InvariantCulture);
        _certificate = Convert.FromBase64String(parts[1]);
    }

    /// <summary>The port on the loopback address.</summary>
    public int Port { get; }

    public Uri Address => new($"https://127.0.0.1:{Port}/");

    /// <summary>A callback that trusts only this sink's certificate.</summary>
    public RemoteCertificateValidationCallback Trust =>
        (_, certificate, _, _) => certificate?.GetRawCertData().AsSpan().SequenceEqual(_certificate) == true;

    public static async Task<SinkProcess> StartAsync(string vendor, int latency)
    {
        var arguments = OwnProcess.Arguments(SinkCommand.Name, "--vendor", vendor, "--latency", $"{latency}");
        var process = new AnsweringProcess(OwnProcess.Program, arguments);
        return new SinkProcess(process, await process.ReadAsync());
    }

    public async Task<Taken> TakenAsync()
    {
        var counts = (await _process.AskAsync()).Split(' ');
        return new Taken(Number(counts[0]), Number(counts[1]));
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
