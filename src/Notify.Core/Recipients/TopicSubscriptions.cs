using Notify.Storage;

namespace Notify.Core.Recipients;

/// <summary>Reads whether users still subscribe to the topics through which something is sent to them.</summary>
internal sealed class TopicSubscriptions(IRecipientCheckStore store, INotificationStore notifications, IDigestStore digests)
{
    /// <summary>
    /// Determines whether a user who left one topic of a notification subscribes to another topic of it. The topics of a summary
    /// are those of its events.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The id of the user.</param>
    /// <param name="notificationId">The id of the notification.</param>
    /// <param name="left">The topic that the user left.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public async ValueTask<bool> HasAnotherAsync(
        string tenant,
        string userId,
        Guid notificationId,
        string left,
        CancellationToken cancellationToken
    )
    {
        var notification = await notifications.FindAsync(tenant, notificationId, cancellationToken).ConfigureAwait(false);
        var topics = (notification?.Trigger.Topics() ?? []).ToHashSet(StringComparer.Ordinal);
        if (notification is not null && topics.Count == 0)
            topics = await FindTopicsOfEventsAsync(tenant, notificationId, cancellationToken).ConfigureAwait(false);
        topics.Remove(left);
        return (await FindAsync(tenant, userId, [.. topics], cancellationToken).ConfigureAwait(false)).Count > 0;
    }

    private async ValueTask<HashSet<string>> FindTopicsOfEventsAsync(
        string tenant,
        Guid summaryId,
        CancellationToken cancellationToken
    )
    {
        var events = await digests
            .ListAsync(tenant, summaryId, ofSummary: true, DigestLease.MaxEvents, cancellationToken)
            .ConfigureAwait(false);
        var topics = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in events.Select(collected => collected.NotificationId).Distinct())
        {
            if (await notifications.FindAsync(tenant, id, cancellationToken).ConfigureAwait(false) is { } notification)
                topics.UnionWith(notification.Trigger.Topics());
        }

        return topics;
    }

    /// <summary>Finds the topics that a user subscribes to.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The id of the user.</param>
    /// <param name="topics">The topics to look among, each once.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public async ValueTask<HashSet<string>> FindAsync(
        string tenant,
        string userId,
        IReadOnlyList<string> topics,
        CancellationToken cancellationToken
    )
    {
        if (topics.Count == 0)
            return [];
        RecipientQuestion[] questions =
        [
            .. topics.Select(topic => new RecipientQuestion
            {
                Tenant = tenant,
                UserId = userId,
                Topic = topic,
                WithDevices = false,
            }),
        ];
        var answers = await store.ReadAsync(questions, cancellationToken).ConfigureAwait(false);
        return [.. topics.Where((_, i) => answers[i].IsSubscribed)];
    }
}
