using Notify.Load.Hosts;

namespace Notify.Load.Chaos;

/// <summary>The system under test: the hosts, and the engines that they use.</summary>
internal interface ITopology : IAsyncDisposable
{
    /// <summary>The settings of each host. <see cref="HostSettings.Record"/> is set at each start.</summary>
    IReadOnlyList<HostSettings> Hosts { get; }

    /// <summary>The addresses of the hosts that accept triggers.</summary>
    IReadOnlyList<Uri> Addresses { get; }

    /// <summary>Reads the hosts' database from outside.</summary>
    StoredDeliveries Stored { get; }

    /// <summary>The engines that can be restarted.</summary>
    IReadOnlyList<Engine> Engines { get; }
}

/// <summary>A server that the hosts use.</summary>
/// <param name="Name">Its name.</param>
/// <param name="RestartAsync">
/// Stops the server and starts it again. Ends when it answers. If the server is the hosts' database, the call gets to read it
/// while no host can reach it.
/// </param>
internal sealed record Engine(string Name, Func<Action<StoredDeliveries>, Task> RestartAsync);
