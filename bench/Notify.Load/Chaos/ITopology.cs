using Notify.Load.Hosts;

namespace Notify.Load.Chaos;

/// <summary>What is under test: the hosts that run, and the engines that they stand on.</summary>
internal interface ITopology : IAsyncDisposable
{
    /// <summary>What each host is started with; their <see cref="HostSettings.Record"/> is set at each start.</summary>
    IReadOnlyList<HostSettings> Hosts { get; }

    /// <summary>The hosts that take triggers.</summary>
    IReadOnlyList<Uri> Addresses { get; }

    /// <summary>What the hosts store, seen from outside.</summary>
    StoredDeliveries Stored { get; }

    /// <summary>The engines that can be restarted.</summary>
    IReadOnlyList<Engine> Engines { get; }
}

/// <summary>A server that the hosts use.</summary>
/// <param name="Name">Its name.</param>
/// <param name="RestartAsync">Takes it away from all that use it, and brings it back; ends when it answers again.</param>
internal sealed record Engine(string Name, Func<Task> RestartAsync);
