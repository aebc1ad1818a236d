using Notify.Peers.Cap;
using Notify.Peers.Hangfire;
using Notify.Peers.Wolverine;

namespace Notify.Peers;

internal static class PeerRegistry
{
    public static IPeer Create(string name, string connectionString) =>
        name switch
        {
            "cap" => new CapPeer(connectionString),
            "hangfire" => new HangfirePeer(connectionString),
            "wolverine" => new WolverinePeer(connectionString),
            _ => throw new ArgumentException($"Unknown peer '{name}'."),
        };
}
