using System.Diagnostics;
using System.Globalization;
using Notify.Load.Measuring;

namespace Notify.Load.Peers;

/// <summary>A peer at work, in a Node.js process of its own.</summary>
internal sealed class NodePeer : IAsyncDisposable
{
    private readonly Process _process;

    private NodePeer(Process process) => _process = process;

    public static async Task<NodePeer> StartAsync(NodePackages packages, string script, params IEnumerable<int> arguments)
    {
        var peer = new NodePeer(packages.Start(script, arguments.Select(number => number.ToString(CultureInfo.InvariantCulture))));
        await peer.ReadAsync();
        return peer;
    }

    /// <summary>One turn. What a single caller waits is not asked for.</summary>
    public async Task<Turn> SendAsync(int count)
    {
        await _process.StandardInput.WriteLineAsync(count.ToString(CultureInfo.InvariantCulture));
        var milliseconds = double.Parse(await ReadAsync(), CultureInfo.InvariantCulture);
        return new Turn(count, milliseconds / 1_000, P50: 0, P99: 0, AllocatedBytes: 0);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync()
        ?? throw new InvalidOperationException("The peer has ended; its error is above.");
}
