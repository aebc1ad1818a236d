using Notify.Core.Validation;

namespace Notify.Core.Recipients;

/// <summary>This part subscribes and unsubscribes users, and lists topics and their subscribers.</summary>
internal sealed partial class RecipientDirectory
{
    public async Task SubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(userIds);
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", tenant);
        Names.Check(errors, "topic", topic);
        if (userIds.Count is 0 or > MaxSubscribersAtOnce)
            errors.Add(
                new FieldError(
                    "userIds",
                    userIds.Count == 0 ? FieldErrorCodes.Required : FieldErrorCodes.TooMany,
                    $"Use 1 to {MaxSubscribersAtOnce} user ids."
                )
            );
        for (var i = 0; i < userIds.Count; i++)
            Names.Check(errors, $"userIds[{i}]", userIds[i]);
        InvalidRequestException.ThrowIfAny(errors);
        await topics.SubscribeAsync(tenant, topic, userIds, cancellationToken).ConfigureAwait(false);
    }

    public async Task UnsubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(userIds);
        await topics.UnsubscribeAsync(tenant, topic, userIds, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Page<string>> ListSubscribersAsync(
        string tenant,
        string topic,
        PageRequest page,
        CancellationToken cancellationToken = default
    )
    {
        NamePages.Check(page, mayHavePrefix: false);
        var found = await topics.ListAsync(tenant, topic, page.After, page.Limit + 1, cancellationToken).ConfigureAwait(false);
        return NamePages.Take(found, page, user => user);
    }

    public async Task<long> CountSubscribersAsync(string tenant, string topic, CancellationToken cancellationToken = default) =>
        await topics.CountAsync(tenant, topic, cancellationToken).ConfigureAwait(false) ?? 0;

    public async Task<Page<string>> ListTopicsAsync(
        string tenant,
        PageRequest page,
        CancellationToken cancellationToken = default
    )
    {
        NamePages.Check(page, mayHavePrefix: true);
        var found = await topics
            .ListTopicsAsync(tenant, page.Prefix, page.After, page.Limit + 1, cancellationToken)
            .ConfigureAwait(false);
        return NamePages.Take(found, page, topic => topic);
    }
}
