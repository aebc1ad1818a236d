using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>A store of the subscribers of topics.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface ITopicStore
{
    /// <summary>
    /// Subscribes users to a topic. Users who are already subscribed are not affected. The first subscription creates the topic,
    /// which then continues to exist.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="userIds">The IDs of the users.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask SubscribeAsync(string tenant, string topic, IReadOnlyList<string> userIds, CancellationToken cancellationToken);

    /// <summary>Unsubscribes users from a topic. Users who are not subscribed are not affected.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="userIds">The IDs of the users.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask UnsubscribeAsync(string tenant, string topic, IReadOnlyList<string> userIds, CancellationToken cancellationToken);

    /// <summary>Lists the subscribers of a topic in ordinal order of their IDs.</summary>
    /// <param name="tenant">The tenant of the topic.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="after">The last user ID of the previous page; empty for the first page.</param>
    /// <param name="limit">The maximum number of subscribers, 1 to 10,000.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<string>> ListAsync(
        string tenant,
        string topic,
        string after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Counts the subscribers of a topic.</summary>
    /// <param name="tenant">The tenant of the topic.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of subscribers; null if the topic never had any.</returns>
    ValueTask<long?> CountAsync(string tenant, string topic, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the topics of a tenant, including those that no longer have subscribers, in ordinal order of their names.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="prefix">The prefix of the names; empty for all topics.</param>
    /// <param name="after">The last name of the previous page; empty for the first page.</param>
    /// <param name="limit">The maximum number of topics, 1 to 1,000.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<string>> ListTopicsAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    );
}
