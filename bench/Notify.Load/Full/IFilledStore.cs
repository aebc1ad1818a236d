namespace Notify.Load.Full;

/// <summary>A kind of store, with databases that a scenario fills.</summary>
internal interface IFilledStore : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Creates an empty database.</summary>
    Task<IFilledDatabase> CreateAsync();
}

/// <summary>A database, which is deleted on disposal.</summary>
internal interface IFilledDatabase : IAsyncDisposable
{
    void Use(INotificationsBuilder builder);

    /// <summary>
    /// Replaces what Notify has stored by copies of it. The database has one delivery of each state that a plan has, and the
    /// notification that is copied for all.
    /// </summary>
    Task MultiplyAsync(StorePlan plan, Guid notification);
}
