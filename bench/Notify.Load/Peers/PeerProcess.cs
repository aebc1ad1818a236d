using System.Globalization;
using Notify.Load.Hosts;
using Notify.Load.Measuring;

namespace Notify.Load.Peers;

/// <summary>A running peer in its own process, which reads counts and writes how long each turn took.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private readonly AnsweringProcess _process;

    private PeerProcess(AnsweringProcess process) => _process = process;

    public static Task<PeerProcess> StartAsync(NodePackages packages, string script, params IEnumerable<int> arguments) =>
        StartAsync(packages.Start(script, arguments.Select(number => number.ToString(CultureInfo.InvariantCulture))));

    public static async Task<PeerProcess> StartAsync(AnsweringProcess process)
    {
        var peer = new PeerProcess(process);
        await process.ReadAsync();
        return peer;
    }

    /// <summary>Runs one turn. The waits of single callers are not measured.</summary>
    public async Task<Turn> SendAsync(int count)
    {
        var answer = await _process.AskAsync(count.ToString(CultureInfo.InvariantCulture));
        var milliseconds = double.Parse(answer, CultureInfo.InvariantCulture);
        return new Turn(count, milliseconds / 1_000, P50: 0, P99: 0, AllocatedBytes: 0);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
