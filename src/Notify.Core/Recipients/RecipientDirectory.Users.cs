using Notify.Core.Validation;
using Notify.Storage;

namespace Notify.Core.Recipients;

/// <summary>This part saves, changes, lists and removes the profiles of users.</summary>
internal sealed partial class RecipientDirectory
{
    public async Task<Versioned<User>?> FindUserAsync(string tenant, string id, CancellationToken cancellationToken = default) =>
        await FindStoredAsync(tenant, id, cancellationToken).ConfigureAwait(false) is { User: { } user }
            ? new Versioned<User> { Value = user, Version = ContentVersion.Compute(user) }
            : null;

    public async Task<Page<User>> ListUsersAsync(string tenant, PageRequest page, CancellationToken cancellationToken = default)
    {
        NamePages.Check(page, mayHavePrefix: true);
        var found = await users
            .ListAsync(tenant, page.Prefix, page.After, page.Limit + 1, cancellationToken)
            .ConfigureAwait(false);
        return NamePages.Take(found, page, user => user.Id);
    }

    public async Task<ChangeResult<User>> SaveUserAsync(
        User user,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        InvalidRequestException.ThrowIfAny(Validate(user));
        var saved = phones.Normalize(user);
        return await WriteUserAsync(user.Tenant, user.Id, precondition, _ => saved, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ChangeResult<User>> UpdateUserAsync(
        string tenant,
        string id,
        Func<User, User?> change,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(change);
        IReadOnlyList<FieldError> errors = [];
        var isFound = false;
        var result = await WriteUserAsync(tenant, id, precondition, Apply, cancellationToken).ConfigureAwait(false);
        InvalidRequestException.ThrowIfAny(errors);
        // A resource that does not exist is reported as such whatever the precondition is (RFC 9110, section 13.2.1).
        return !isFound ? new ChangeResult<User> { Status = ChangeStatus.NotFound } : result;

        User? Apply(User? known)
        {
            errors = [];
            isFound = known is not null;
            if (known is null || change(known) is not { } changed)
                return null;
            changed = changed with { Tenant = known.Tenant, Id = known.Id };
            errors = Validate(changed);
            return errors.Count > 0 ? null : phones.Normalize(changed);
        }
    }

    public async Task<ChangeStatus> RemoveUserAsync(
        string tenant,
        string id,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        var isConditional = precondition != Precondition.None;
        if (await FindStoredAsync(tenant, id, cancellationToken).ConfigureAwait(false) is not { } known)
            return isConditional
                ? ChangeStatus.NotFound
                : await RemoveTracesAsync(tenant, id, cancellationToken).ConfigureAwait(false);

        // A user without anything is what an interrupted removal leaves, which is completed now.
        if (isConditional && !IsEmpty(known))
        {
            var status = await EmptyAsync(tenant, id, precondition, cancellationToken).ConfigureAwait(false);
            if (status != ChangeStatus.Removed)
                return status;
        }

        // The erasure is recorded first. A crash between the two leaves a user who can be removed again; in the reverse order it
        // could leave deliveries that are never erased.
        await erasures.RequestAsync(new Erasure(tenant, id, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        var isRemoved = isConditional
            ? await users.RemoveAsync(tenant, id, IsEmpty, cancellationToken).ConfigureAwait(false)
            : await users.RemoveAsync(tenant, id, cancellationToken).ConfigureAwait(false);
        eraser.Wake();
        // After the condition was checked, the user may have been saved again. Such a user stays.
        return isRemoved || isConditional ? ChangeStatus.Removed : ChangeStatus.NotFound;
    }

    // An app can register devices, and a topic can have subscribers, before the profile is saved. Nothing is sent to a user
    // without a profile, so there are no deliveries to erase.
    private async ValueTask<ChangeStatus> RemoveTracesAsync(string tenant, string id, CancellationToken cancellationToken) =>
        await users.RemoveAsync(tenant, id, IsEmpty, cancellationToken).ConfigureAwait(false)
            ? ChangeStatus.Removed
            : ChangeStatus.NotFound;

    private async ValueTask<UserRecord?> FindStoredAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(id);
        return await users.FindAsync(tenant, [id], cancellationToken).ConfigureAwait(false) is [var user] ? user : null;
    }

    private async ValueTask<ChangeResult<User>> WriteUserAsync(
        string tenant,
        string id,
        Precondition precondition,
        Func<User?, User?> change,
        CancellationToken cancellationToken
    )
    {
        var result = new ChangeResult<User> { Status = ChangeStatus.NotFound };
        await users.UpdateAsync(tenant, id, Apply, cancellationToken).ConfigureAwait(false);
        return result;

        UserRecord? Apply(UserRecord stored)
        {
            var before = stored.User is { } known ? ContentVersion.Compute(known) : null;
            var changed = change(stored.User);
            var after = changed is null ? before : ContentVersion.Compute(changed);
            var status =
                !precondition.Holds(before) ? ChangeStatus.PreconditionFailed
                : after == before ? ChangeStatus.Unchanged
                : before is null ? ChangeStatus.Created
                : ChangeStatus.Changed;
            if (status == ChangeStatus.PreconditionFailed)
            {
                result = new ChangeResult<User> { Status = status };
                return null;
            }

            result = new ChangeResult<User>
            {
                Status = status,
                Value = changed ?? stored.User,
                Version = after,
                Warnings = changed is null ? [] : FindWarnings(changed),
            };
            return status == ChangeStatus.Unchanged ? null : stored with { User = changed };
        }
    }

    // Decides a conditional removal. What follows can be repeated.
    private async ValueTask<ChangeStatus> EmptyAsync(
        string tenant,
        string id,
        Precondition precondition,
        CancellationToken cancellationToken
    )
    {
        var status = ChangeStatus.NotFound;
        await users.UpdateAsync(tenant, id, Apply, cancellationToken).ConfigureAwait(false);
        return status;

        UserRecord? Apply(UserRecord stored)
        {
            status =
                stored.User is not { } user ? ChangeStatus.NotFound
                : precondition.Holds(ContentVersion.Compute(user)) ? ChangeStatus.Removed
                : ChangeStatus.PreconditionFailed;
            return status == ChangeStatus.Removed ? new UserRecord { Tenant = tenant, Id = id } : null;
        }
    }

    private static bool IsEmpty(UserRecord user) => user is { User: null, Preferences.Count: 0 };
}
