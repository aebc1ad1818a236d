using System.Globalization;
using Notify.Load.Hosts;
using Notify.Load.Measuring;

namespace Notify.Load.Peers;

/// <summary>A running peer in its own Node.js process.</summary>
internal sealed class NodePeer : IAsyncDisposable
{
    private readonly AnsweringProcess _process;

    private NodePeer(AnsweringProcess process) => _process = process;

    public static async Task<NodePeer> StartAsync(NodePackages packages, string script, params IEnumerable<int> arguments)
    {
        var peer = new NodePeer(
            packages.Start(script, arguments.Select(number => number.ToString(CultureInfo.InvariantCulture)))
        );
        await peer._process.ReadAsync();
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
