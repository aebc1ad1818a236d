namespace Notify.Recipients;

/// <summary>Keeps users.</summary>
public interface IUserStore
{
    /// <summary>Keeps these users, each in place of the one with the same tenant and id.</summary>
    ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken);

    /// <summary>Those of a tenant's users that are known, in any order.</summary>
    ValueTask<IReadOnlyList<User>> FindAsync(string tenant, IReadOnlyList<string> ids, CancellationToken cancellationToken);

    /// <summary>Forgets a user with its devices and subscriptions; false when it was not known.</summary>
    ValueTask<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken);
}
