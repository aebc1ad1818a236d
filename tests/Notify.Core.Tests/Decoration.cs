using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;

namespace Notify.Core.Tests;

/// <summary>Puts something of the test's own between the engine and a service.</summary>
internal static class Decoration
{
    public static void Decorate<T>(this IServiceCollection services, Func<T, T> decorate)
        where T : class
    {
        var inner = services.Last(service => service.ServiceType == typeof(T));
        services.Remove(inner);
        services.AddSingleton(provider => decorate((T)inner.ImplementationFactory!(provider)));
    }
}

/// <summary>A queue that tells of each call before it is made, and may fail it.</summary>
internal class QueueProbe(IDeliveryQueue queue) : IDeliveryQueue
{
    public Func<LeaseRequest, Task>? Leasing { get; init; }

    public Action<IReadOnlyList<Lease>>? Leased { get; init; }

    public Action<IReadOnlyList<Lease>>? Claimed { get; init; }

    public Func<IReadOnlyList<Settlement>, Task>? Settling { get; init; }

    public Action? Enqueued { get; init; }

    public Func<Task>? Answering { get; init; }

    public Func<RenewRequest, Task>? Renewing { get; init; }

    public Action<RenewRequest>? Renewed { get; init; }

    public Action<IReadOnlyList<EnqueueRequest>>? Enqueueing { get; init; }

    public async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    )
    {
        Enqueueing?.Invoke(requests);
        var results = await queue.EnqueueAsync(requests, cancellationToken);
        Enqueued?.Invoke();
        if (Answering is not null)
            await Answering();
        return results;
    }

    public async ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        if (Leasing is not null)
            await Leasing(request);
        var leases = await queue.LeaseAsync(request, cancellationToken);
        Leased?.Invoke(leases);
        return leases;
    }

    public async ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        var leases = await queue.ClaimAsync(request, cancellationToken);
        Claimed?.Invoke(leases);
        return leases;
    }

    public async ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken)
    {
        if (Renewing is not null)
            await Renewing(request);
        var renewed = await queue.RenewAsync(request, cancellationToken);
        Renewed?.Invoke(request);
        return renewed;
    }

    public async ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    )
    {
        if (Settling is not null)
            await Settling(settlements);
        return await queue.SettleAsync(settlements, cancellationToken);
    }

    public ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => queue.CancelAsync(tenant, notificationId, now, cancellationToken);

    public ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken) =>
        queue.GetDepthAsync(cancellationToken);
}

/// <summary>An expansion store that may fail before or after it moves on.</summary>
internal sealed class ExpansionProbe(IExpansionStore expansions) : IExpansionStore
{
    public Action<ExpansionStep>? Advancing { get; init; }

    public Action<ExpansionStep>? Advanced { get; init; }

    public ValueTask<IReadOnlyList<ExpansionLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken) =>
        expansions.LeaseAsync(request, cancellationToken);

    public async ValueTask<bool> AdvanceAsync(ExpansionStep step, CancellationToken cancellationToken)
    {
        Advancing?.Invoke(step);
        var advanced = await expansions.AdvanceAsync(step, cancellationToken);
        Advanced?.Invoke(step);
        return advanced;
    }

    public Action<ExpansionFailure>? Failed { get; init; }

    public async ValueTask<bool> FailAsync(ExpansionFailure failure, CancellationToken cancellationToken)
    {
        var failed = await expansions.FailAsync(failure, cancellationToken);
        Failed?.Invoke(failure);
        return failed;
    }

    public ValueTask<IReadOnlySet<Guid>> FindReachedAsync(
        Guid notificationId,
        IReadOnlyCollection<Guid> addressKeys,
        CancellationToken cancellationToken
    ) => expansions.FindReachedAsync(notificationId, addressKeys, cancellationToken);

    public ValueTask<IReadOnlyList<ExpansionProgress>> GetProgressAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    ) => expansions.GetProgressAsync(tenant, notificationId, cancellationToken);
}

/// <summary>A user store that calls back after each read by id, before it returns what it found.</summary>
internal sealed class UserProbe(IUserStore users) : IUserStore
{
    public required Func<IReadOnlyList<UserRecord>, Task> Found { get; init; }

    public ValueTask SaveAsync(IReadOnlyList<User> saved, CancellationToken cancellationToken) =>
        users.SaveAsync(saved, cancellationToken);

    public async ValueTask<IReadOnlyList<UserRecord>> FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    )
    {
        var found = await users.FindAsync(tenant, ids, cancellationToken);
        await Found(found);
        return found;
    }

    public ValueTask<IReadOnlyList<User>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) => users.ListAsync(tenant, prefix, after, limit, cancellationToken);

    public ValueTask<bool> UpdateAsync(
        string tenant,
        string id,
        Func<UserRecord, UserRecord?> change,
        CancellationToken cancellationToken
    ) => users.UpdateAsync(tenant, id, change, cancellationToken);

    public ValueTask<bool> RemoveAsync(
        string tenant,
        string id,
        Func<UserRecord, bool> condition,
        CancellationToken cancellationToken
    ) => users.RemoveAsync(tenant, id, condition, cancellationToken);
}

/// <summary>A document store that calls back before each read of one document.</summary>
internal sealed class DocumentProbe(IDocumentStore documents) : IDocumentStore
{
    public required Func<DocumentKey, Task> Finding { get; init; }

    public async ValueTask<StoredDocument?> FindAsync(DocumentKey key, CancellationToken cancellationToken)
    {
        await Finding(key);
        return await documents.FindAsync(key, cancellationToken);
    }

    public ValueTask<bool> UpdateAsync(
        DocumentKey key,
        Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change,
        CancellationToken cancellationToken
    ) => documents.UpdateAsync(key, change, cancellationToken);

    public ValueTask<bool> RemoveAsync(
        DocumentKey key,
        Func<ReadOnlyMemory<byte>, bool> condition,
        CancellationToken cancellationToken
    ) => documents.RemoveAsync(key, condition, cancellationToken);

    public ValueTask<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellationToken) =>
        documents.ListAsync(query, cancellationToken);

    public ValueTask<int> RemoveBeforeAsync(string collection, string before, int limit, CancellationToken cancellationToken) =>
        documents.RemoveBeforeAsync(collection, before, limit, cancellationToken);
}
