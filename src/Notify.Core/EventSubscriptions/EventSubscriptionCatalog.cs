using Notify.Core.Events;
using Notify.Core.Validation;
using Notify.Providers;

namespace Notify.Core.EventSubscriptions;

/// <summary>Validates event subscriptions, and keeps them in the store.</summary>
internal sealed class EventSubscriptionCatalog(
    EventSubscriptionDocuments documents,
    EventSubscriptionCache cache,
    EventForwarder forwarder,
    IEnumerable<IEndpointSecrets> secrets,
    IdGenerator ids,
    TimeProvider time
) : IEventSubscriptions
{
    private static readonly PageRequest FirstPage = new();

    private readonly IEndpointSecrets[] _secrets = [.. secrets];

    public async Task<IssuedEventSubscription> CreateAsync(
        EventSubscriptionDraft draft,
        CancellationToken cancellationToken = default
    )
    {
        InvalidRequestException.ThrowIfAny(Validate(draft));
        var existing = await documents
            .ListAsync(draft.Tenant, null, IEventSubscriptions.MaxSubscriptions, cancellationToken)
            .ConfigureAwait(false);
        if (existing.Count >= IEventSubscriptions.MaxSubscriptions)
            throw new InvalidRequestException([
                new FieldError(
                    "url",
                    FieldErrorCodes.TooMany,
                    $"A tenant has at most {IEventSubscriptions.MaxSubscriptions} subscriptions. Delete one."
                ),
            ]);

        var now = time.GetUtcNow();
        var id = ids.Create(now);
        var content = CreateStored(draft, now).Write();
        await ChangeAsync(draft.Tenant, id, _ => content, cancellationToken).ConfigureAwait(false);
        return await IssueAsync(draft.Tenant, id, content, rotates: false, cancellationToken).ConfigureAwait(false);
    }

    public IReadOnlyList<FieldError> Validate(EventSubscriptionDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return [.. EventSubscriptionRules.FindErrors(draft), .. FindProviderErrors(draft.Provider)];
    }

    public async Task<Versioned<EventSubscription>?> FindAsync(
        string tenant,
        Guid id,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return await documents.FindAsync(tenant, id, cancellationToken).ConfigureAwait(false) is { } found
            ? StoredEventSubscription.Read(found)
            : null;
    }

    public async Task<Page<EventSubscription>> ListAsync(
        string tenant,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        page ??= FirstPage;
        NamePages.Check(page, mayHavePrefix: false);
        var after = page.After.Length == 0 ? null : page.After;
        var found = await documents.ListAsync(tenant, after, page.Limit + 1, cancellationToken).ConfigureAwait(false);
        EventSubscription[] subscriptions = [.. found.Select(document => StoredEventSubscription.Read(document).Value)];
        return NamePages.Take(subscriptions, page, subscription => $"{subscription.Id}");
    }

    public async Task<ChangeResult<EventSubscription>> ReplaceAsync(
        Guid id,
        EventSubscriptionDraft draft,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        InvalidRequestException.ThrowIfAny(Validate(draft));
        var now = time.GetUtcNow();
        var status = ChangeStatus.NotFound;
        ReadOnlyMemory<byte> current = default;
        await ChangeAsync(draft.Tenant, id, Replace, cancellationToken).ConfigureAwait(false);
        return status is ChangeStatus.Changed or ChangeStatus.Unchanged
            ? new ChangeResult<EventSubscription>
            {
                Status = status,
                Value = StoredEventSubscription.Read(current).ToSubscription(draft.Tenant, id),
                Version = StoredEventSubscription.GetVersion(current),
            }
            : new ChangeResult<EventSubscription> { Status = status };

        ReadOnlyMemory<byte>? Replace(ReadOnlyMemory<byte>? content)
        {
            if (content is not { } found || !precondition.Holds(StoredEventSubscription.GetVersion(found)))
            {
                status = content is null ? ChangeStatus.NotFound : ChangeStatus.PreconditionFailed;
                return null;
            }

            var old = StoredEventSubscription.Read(found);
            var replaced = CreateStored(draft, old.CreatedAt);
            current = (replaced with { UpdatedAt = old.UpdatedAt }).Write();
            // A subscription that Notify has disabled stays so, for that reason, until it is enabled.
            if (!replaced.IsEnabled && !old.IsEnabled)
                current = (replaced with { UpdatedAt = old.UpdatedAt, DisabledBecause = old.DisabledBecause }).Write();
            status = current.Span.SequenceEqual(found.Span) ? ChangeStatus.Unchanged : ChangeStatus.Changed;
            if (status == ChangeStatus.Unchanged)
                return null;

            current = (StoredEventSubscription.Read(current) with { UpdatedAt = now }).Write();
            return current;
        }
    }

    public async Task<ChangeStatus> DeleteAsync(
        string tenant,
        Guid id,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        var status = ChangeStatus.NotFound;
        try
        {
            await documents.RemoveAsync(tenant, id, MayRemove, cancellationToken).ConfigureAwait(false);
            return status;
        }
        finally
        {
            cache.Forget();
        }

        bool MayRemove(ReadOnlyMemory<byte> content)
        {
            var holds = precondition.Holds(StoredEventSubscription.GetVersion(content));
            status = holds ? ChangeStatus.Removed : ChangeStatus.PreconditionFailed;
            return holds;
        }
    }

    public async Task<IssuedEventSubscription?> RotateSecretAsync(
        string tenant,
        Guid id,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return await documents.FindAsync(tenant, id, cancellationToken).ConfigureAwait(false) is { } found
            ? await IssueAsync(tenant, id, found.Content, rotates: true, cancellationToken).ConfigureAwait(false)
            : null;
    }

    public async Task<Guid?> SendTestAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(tenant, id, cancellationToken).ConfigureAwait(false) is not { Value: var subscription })
            return null;

        var now = time.GetUtcNow();
        var test = new NotifyEvent
        {
            Id = ids.Create(now),
            Type = NotifyEventTypes.SubscriptionTest,
            OccurredAt = now,
            Tenant = tenant,
            Data = new SubscriptionTestData { SubscriptionId = id },
        };
        var sent = await forwarder.ForwardAsync([subscription], test, cancellationToken).ConfigureAwait(false);
        return sent[0];
    }

    private async ValueTask ChangeAsync(
        string tenant,
        Guid id,
        Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await documents.UpdateAsync(tenant, id, change, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // A call that failed may have been carried out by the store.
            cache.Forget();
        }
    }

    private StoredEventSubscription CreateStored(EventSubscriptionDraft draft, DateTimeOffset createdAt) =>
        new()
        {
            Url = draft.Url,
            Types = draft.Types,
            Description = draft.Description,
            IsEnabled = draft.IsEnabled,
            Provider = draft.Provider ?? _secrets[0].Provider,
            CreatedAt = createdAt,
            UpdatedAt = createdAt,
        };

    private async ValueTask<IssuedEventSubscription> IssueAsync(
        string tenant,
        Guid id,
        ReadOnlyMemory<byte> content,
        bool rotates,
        CancellationToken cancellationToken
    )
    {
        var stored = StoredEventSubscription.Read(content);
        var provider = Array.Find(_secrets, one => one.Provider == stored.Provider)
            ?? throw new NotSupportedException($"This process has no webhook provider '{stored.Provider}'.");
        var secret = rotates
            ? await provider.RotateAsync(tenant, stored.Url, cancellationToken).ConfigureAwait(false)
            : await provider.GetAsync(tenant, stored.Url, cancellationToken).ConfigureAwait(false);
        return new IssuedEventSubscription
        {
            Subscription = stored.ToSubscription(tenant, id),
            Version = StoredEventSubscription.GetVersion(content),
            Secret = secret.Value,
            PreviousUntil = secret.PreviousUntil,
        };
    }

    private IEnumerable<FieldError> FindProviderErrors(string? name)
    {
        var names = string.Join(", ", _secrets.Select(one => one.Provider));
        if (names.Length == 0)
            yield return new FieldError("provider", FieldErrorCodes.NotAllowed, "No webhook provider is configured.");
        else if (name is null ? _secrets.Length > 1 : _secrets.All(one => one.Provider != name))
            yield return new FieldError(
                "provider",
                name is null ? FieldErrorCodes.Required : FieldErrorCodes.Invalid,
                $"Use one of {names}."
            );
    }
}
