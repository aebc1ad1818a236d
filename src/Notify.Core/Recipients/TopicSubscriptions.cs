using Notify.Storage;

namespace Notify.Core.Recipients;

/// <summary>Reads whether users still subscribe to the topics through which something is sent to them.</summary>
internal sealed class TopicSubscriptions(IRecipientCheckStore store, INotificationStore notifications)
{
    /// <summary>Determines whether a user who left one topic of a notification subscribes to another topic of it.</summary>
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
        string[] others = [.. (notification?.Trigger.Topics() ?? []).Where(topic => topic != left)];
        return (await FindAsync(tenant, userId, others, cancellationToken).ConfigureAwait(false)).Count > 0;
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
