using Notify.Client.Calls;

namespace Notify.Client.Recipients;

/// <summary>The profiles of users.</summary>
internal sealed class RemoteUsers(ServiceCalls service)
{
    public const string Path = "v1/users";

    public async Task<Versioned<User>?> FindAsync(string tenant, string id, CancellationToken cancellationToken) =>
        await service
            .FindAsync(ServiceRequest.Get(GetPath(id), tenant), RecipientJson.Default.User, cancellationToken)
            .ConfigureAwait(false)
            is { } found
            ? new Versioned<User> { Value = found.Value, Version = found.Version ?? "" }
            : null;

    public async Task<Page<User>> ListAsync(string tenant, PageRequest page, CancellationToken cancellationToken)
    {
        var path = CallPath.Create(Path).With(page).ToString();
        var answer = await service
            .CallAsync(ServiceRequest.Get(path, tenant), RecipientJson.Default.PageAnswerUser, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreatePage();
    }

    public async Task<ChangeResult<User>> SaveAsync(User user, Precondition precondition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        var body = new UserBody(user.Addresses, user.Locale, user.TimeZone, user.QuietHours, user.Properties);
        var request = ServiceRequest
            .Put(GetPath(user.Id), user.Tenant)
            .With(body, RecipientJson.Default.UserBody)
            .With(precondition);
        var answer = await service
            .ChangeAsync(request, RecipientJson.Default.WarningsAnswer, ChangeStatus.Changed, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreateResult(user, answer.Value?.Warnings);
    }

    /// <summary>Updates a profile under the condition that it is the one from which the update was computed.</summary>
    public async Task<ChangeResult<User>> UpdateAsync(
        string tenant,
        string id,
        Func<User, User?> change,
        Precondition precondition,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(change);
        while (true)
        {
            var found = await FindAsync(tenant, id, cancellationToken).ConfigureAwait(false);
            if (!precondition.Holds(found?.Version))
                return Create(ChangeStatus.PreconditionFailed);
            if (found is null)
                return Create(ChangeStatus.NotFound);
            if (change(found.Value) is not { } updated)
                return Create(ChangeStatus.Unchanged) with { Value = found.Value, Version = found.Version };

            // A change by somebody else in between makes the condition fail, so that the update is computed again.
            var result = await SaveAsync(
                    updated with
                    {
                        Tenant = tenant,
                        Id = id,
                    },
                    Precondition.HasVersion(found.Version),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (result.Status != ChangeStatus.PreconditionFailed)
                return result.Version == found.Version ? result with { Status = ChangeStatus.Unchanged } : result;
        }
    }

    public Task<ChangeStatus> RemoveAsync(
        string tenant,
        string id,
        Precondition precondition,
        CancellationToken cancellationToken
    ) => service.RemoveAsync(ServiceRequest.Delete(GetPath(id), tenant).With(precondition), cancellationToken);

    private static string GetPath(string id) => CallPath.Create(Path).Add("id", id).ToString();

    private static ChangeResult<User> Create(ChangeStatus status) => new() { Status = status };
}
