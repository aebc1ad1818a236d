using Notify.Client.Calls;

namespace Notify.Client.Notifications;

/// <summary>The notifications and the dead letters of a service.</summary>
internal sealed class RemoteNotificationQueries(ServiceCalls service) : INotificationQueries
{
    private const string DeadLetters = "v1/dead-letters";

    public async Task<NotificationTimeline?> FindAsync(
        string tenant,
        Guid id,
        PageRequest? deliveries = null,
        CancellationToken cancellationToken = default
    )
    {
        var path = CallPath.Create("v1/notifications").Add(id).With(deliveries).ToString();
        var found = await service
            .FindAsync(ServiceRequest.Get(path, tenant), NotificationJson.Default.NotificationAnswer, cancellationToken)
            .ConfigureAwait(false);
        return found?.Value.CreateTimeline(tenant);
    }

    public async Task<Page<NotificationSummary>> ListAsync(
        NotificationQuery query,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        var path = CallPath
            .Create("v1/notifications")
            .With("from", query.From)
            .With("to", query.To)
            .With("reference", query.Reference)
            .With("tag", query.Tag)
            .With("user", query.UserId)
            .With("address", query.Address)
            .With("template", query.Template)
            .With("category", query.Category)
            .With("channel", query.Channel?.Name)
            .With("priority", GetName(query.Priority))
            .With("status", GetName(query.Status))
            .With(page)
            .ToString();
        var answer = await service
            .CallAsync(
                ServiceRequest.Get(path, query.Tenant),
                NotificationJson.Default.PageAnswerNotificationAnswer,
                cancellationToken
            )
            .ConfigureAwait(false);
        return answer.CreatePage(notification => notification.CreateSummary(query.Tenant));
    }

    public async Task<Page<DeliveryRecord>> ListDeadLettersAsync(
        DeadLetterFilter filter,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        var answer = await ReadDeadLettersAsync(filter, page, cancellationToken).ConfigureAwait(false);
        var owner = DeliveryOwner.Create(filter.Tenant);
        return answer.CreatePage(delivery => delivery.CreateRecord(owner));
    }

    public async Task<long> CountDeadLettersAsync(DeadLetterFilter filter, CancellationToken cancellationToken = default)
    {
        var answer = await ReadDeadLettersAsync(filter, new PageRequest { Limit = 1 }, cancellationToken).ConfigureAwait(false);
        if (answer.Count is { } count)
            return count;

        // The list leaves out a count that takes long. A dry run counts all the same.
        var dryRun = new DeadLetterReplay { Filter = filter, DryRun = true };
        return (await ReplayDeadLettersAsync(dryRun, cancellationToken).ConfigureAwait(false)).Count;
    }

    public async Task<ReplayResult> ReplayDeadLettersAsync(DeadLetterReplay replay, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(replay);
        var body = new ReplayBody
        {
            Ids = replay.Filter.Ids,
            Provider = replay.Filter.Provider,
            Reason = replay.Filter.Reason,
            From = replay.Filter.From,
            To = replay.Filter.To,
            All = replay.All,
            DryRun = replay.DryRun,
            ExpiresAt = replay.ExpiresAt,
        };
        var request = ServiceRequest
            .Post($"{DeadLetters}/replay", replay.Filter.Tenant)
            .With(body, NotificationJson.Default.ReplayBody)
            .WithKey(service.CreateKey());
        var answer = await service
            .CallAsync(request, NotificationJson.Default.ReplayAnswer, cancellationToken)
            .ConfigureAwait(false);
        return new ReplayResult { Count = answer.Count };
    }

    public async Task<DeliveryCounts> CountDeliveriesAsync(
        DeliveryCountQuery query,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        var pages = await service
            .ReadPagesAsync(CreateRequest, NotificationJson.Default.CountsAnswer, cancellationToken)
            .ConfigureAwait(false);
        return new DeliveryCounts
        {
            From = pages[0].From,
            To = pages[0].To,
            Counts = [.. pages.SelectMany(page => page.Items).Select(CreateCount)],
        };

        HttpRequestMessage CreateRequest(string after)
        {
            var page = new PageRequest { After = after, Limit = 1_000 };
            var path = CallPath.Create("v1/analytics/deliveries").With("from", query.From).With("to", query.To).With(page);
            return ServiceRequest.Get(path.ToString(), query.Tenant);
        }

        DeliveryCount CreateCount(CountAnswer count) =>
            new()
            {
                Minute = count.Minute,
                Tenant = query.Tenant,
                Channel = count.Channel,
                Provider = count.Provider,
                State = count.State,
                Count = count.Count,
            };
    }

    // The service validates every call.
    public IReadOnlyList<FieldError> Validate(NotificationQuery query) => [];

    public IReadOnlyList<FieldError> Validate(DeadLetterFilter filter) => [];

    public IReadOnlyList<FieldError> Validate(DeadLetterReplay replay) => [];

    public IReadOnlyList<FieldError> Validate(DeliveryCountQuery query) => [];

    private Task<PageAnswer<DeliveryAnswer>> ReadDeadLettersAsync(
        DeadLetterFilter filter,
        PageRequest? page,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(filter);
        var path = CallPath.Create(DeadLetters);
        foreach (var id in filter.Ids ?? [])
            path.With("ids", id.ToString());
        path.With("provider", filter.Provider)
            .With("reason", filter.Reason)
            .With("from", filter.From)
            .With("to", filter.To)
            .With(page);
        return service.CallAsync(
            ServiceRequest.Get(path.ToString(), filter.Tenant),
            NotificationJson.Default.PageAnswerDeliveryAnswer,
            cancellationToken
        );
    }

    private static string? GetName<TEnum>(TEnum? value)
        where TEnum : struct, Enum
    {
        if (value?.ToString() is not { } name)
            return null;
        return string.Create(name.Length, name, (text, name) =>
        {
            name.CopyTo(text);
            text[0] = char.ToLowerInvariant(text[0]);
        });
    }
}
