using Notify.Client.Calls;

namespace Notify.Client.EventSubscriptions;

/// <summary>The event subscriptions of a service.</summary>
internal sealed class RemoteEventSubscriptions(ServiceCalls service) : IEventSubscriptions
{
    private const string Path = "v1/event-subscriptions";

    // A repeated call would create a second subscription.
    public async Task<IssuedEventSubscription> CreateAsync(
        EventSubscriptionDraft draft,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(draft);
        var request = ServiceRequest
            .Post(Path, draft.Tenant)
            .With(SubscriptionBody.Create(draft), EventSubscriptionJson.Default.SubscriptionBody);
        // The answer of a success is never "not found".
        var issued = await service
            .FindAsync(request, EventSubscriptionJson.Default.IssuedSubscriptionAnswer, cancellationToken)
            .ConfigureAwait(false);
        return issued!.Value.CreateIssued(draft.Tenant, issued.Version);
    }

    // The service validates every call.
    public IReadOnlyList<FieldError> Validate(EventSubscriptionDraft draft) => [];

    public async Task<Versioned<EventSubscription>?> FindAsync(
        string tenant,
        Guid id,
        CancellationToken cancellationToken = default
    )
    {
        var request = ServiceRequest.Get(GetPath(id).ToString(), tenant);
        var found = await service
            .FindAsync(request, EventSubscriptionJson.Default.SubscriptionAnswer, cancellationToken)
            .ConfigureAwait(false);
        return found is null
            ? null
            : new Versioned<EventSubscription> { Value = found.Value.CreateSubscription(tenant), Version = found.Version ?? "" };
    }

    public async Task<Page<EventSubscription>> ListAsync(
        string tenant,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        var request = ServiceRequest.Get(CallPath.Create(Path).With(page).ToString(), tenant);
        var answer = await service
            .CallAsync(request, EventSubscriptionJson.Default.PageAnswerSubscriptionAnswer, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreatePage(subscription => subscription.CreateSubscription(tenant));
    }

    public async Task<ChangeResult<EventSubscription>> ReplaceAsync(
        Guid id,
        EventSubscriptionDraft draft,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(draft);
        var request = ServiceRequest
            .Put(GetPath(id).ToString(), draft.Tenant)
            .With(SubscriptionBody.Create(draft), EventSubscriptionJson.Default.SubscriptionBody)
            .With(precondition);
        var answer = await service
            .ChangeAsync(request, EventSubscriptionJson.Default.SubscriptionAnswer, ChangeStatus.Changed, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreateResult(answer.Value?.CreateSubscription(draft.Tenant));
    }

    public Task<ChangeStatus> DeleteAsync(
        string tenant,
        Guid id,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    ) => service.RemoveAsync(ServiceRequest.Delete(GetPath(id).ToString(), tenant).With(precondition), cancellationToken);

    public async Task<IssuedEventSubscription?> RotateSecretAsync(
        string tenant,
        Guid id,
        CancellationToken cancellationToken = default
    )
    {
        var request = ServiceRequest.Post(GetPath(id).Add("rotate").ToString(), tenant);
        var issued = await service
            .FindAsync(request, EventSubscriptionJson.Default.IssuedSubscriptionAnswer, cancellationToken)
            .ConfigureAwait(false);
        return issued?.Value.CreateIssued(tenant, issued.Version);
    }

    public async Task<Guid?> SendTestAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        var request = ServiceRequest.Post(GetPath(id).Add("test").ToString(), tenant);
        var sent = await service
            .FindAsync(request, EventSubscriptionJson.Default.SentTestAnswer, cancellationToken)
            .ConfigureAwait(false);
        return sent?.Value.NotificationId;
    }

    private static CallPath GetPath(Guid id) => CallPath.Create(Path).Add(id);
}
