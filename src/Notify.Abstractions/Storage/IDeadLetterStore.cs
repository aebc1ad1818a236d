namespace Notify.Storage;

/// <summary>Finds deliveries that ended without acceptance, and sends them again.</summary>
public interface IDeadLetterStore
{
    /// <summary>Dead letters in the order of their ids, beginning after <paramref name="after"/>.</summary>
    ValueTask<IReadOnlyList<DeliveryRecord>> ListAsync(
        DeadLetterFilter filter,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>How many there are: a replay's dry run.</summary>
    ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken);

    /// <summary>
    /// Makes dead letters due again with a new retry budget; their attempts stay. Says how many. At most
    /// <see cref="ReplayRequest.Limit"/> at a time, so that a million take turns with the walk: repeat until the answer is less.
    /// </summary>
    ValueTask<int> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken);
}

/// <summary>Which dead letters. Every part that is given must hold.</summary>
public sealed record DeadLetterFilter
{
    /// <summary>The tenant.</summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>These deliveries. At most 1,000.</summary>
    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>The provider that was to send last.</summary>
    public string? Provider { get; init; }

    /// <summary>Words that the reason contains, in the same case.</summary>
    public string? Reason { get; init; }

    /// <summary>Ended at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Ended before this time.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>A replay.</summary>
/// <param name="Filter">Which dead letters.</param>
/// <param name="Now">When they fall due.</param>
/// <param name="ExpiresAt">When they expire this time.</param>
/// <param name="Limit">How many at most.</param>
public sealed record ReplayRequest(DeadLetterFilter Filter, DateTimeOffset Now, DateTimeOffset ExpiresAt, int Limit);
