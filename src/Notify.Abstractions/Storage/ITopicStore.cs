namespace Notify.Storage;

/// <summary>Keeps who subscribes to which topic.</summary>
public interface ITopicStore
{
    /// <summary>
    /// Subscribes users; those who are subscribed stay so. The first subscriber creates the topic, which then stays.
    /// </summary>
    ValueTask SubscribeAsync(string tenant, string topic, IReadOnlyList<string> userIds, CancellationToken cancellationToken);

    /// <summary>Unsubscribes users; those who are not subscribed stay so.</summary>
    ValueTask UnsubscribeAsync(string tenant, string topic, IReadOnlyList<string> userIds, CancellationToken cancellationToken);

    /// <summary>A topic's subscribers in ordinal order of their ids, beginning after <paramref name="after"/>.</summary>
    /// <param name="tenant">The topic's tenant.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="after">The last user id of the page before; empty for the first page.</param>
    /// <param name="limit">How many at most, 1 to 10,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<string>> ListAsync(
        string tenant,
        string topic,
        string after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Counts a topic's subscribers; null for a topic that never had any.</summary>
    ValueTask<long?> CountAsync(string tenant, string topic, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the names of a tenant's topics, those included that lost their subscribers, in ordinal order, beginning after
    /// <paramref name="after"/>.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="prefix">What the names begin with; empty for all.</param>
    /// <param name="after">The last name of the page before; empty for the first page.</param>
    /// <param name="limit">How many at most, 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<string>> ListTopicsAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    );
}
