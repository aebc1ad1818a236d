namespace Notify;

/// <summary>Starts, shows and cancels jobs, which work through many items in the background and survive their process.</summary>
public interface IJobs
{
    /// <summary>
    /// Starts a job that saves users. The lines are stored while they are read; the job begins when the last one is stored. Each
    /// user replaces the one with its ID, so an import can be repeated.
    /// </summary>
    /// <param name="tenant">The tenant, to which all users must belong.</param>
    /// <param name="lines">The lines, in any number.</param>
    /// <param name="cancellationToken">A token to cancel the operation. The job then fails without having saved a user.</param>
    /// <returns>The job, which waits for a process.</returns>
    Task<Job> ImportUsersAsync(
        string tenant,
        IAsyncEnumerable<ImportLine<User>> lines,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Starts a job that saves devices. The lines are stored while they are read; the job begins when the last one is stored. A
    /// device without <see cref="Device.LastSeenAt"/> counts as last seen when the job was created. A device that was seen later
    /// than its line tells is left as it is, so an import never replaces what an app has registered since.
    /// </summary>
    /// <param name="tenant">The tenant, to which all devices must belong.</param>
    /// <param name="lines">The lines, in any number.</param>
    /// <param name="cancellationToken">A token to cancel the operation. The job then fails without having saved a device.</param>
    /// <returns>The job, which waits for a process.</returns>
    Task<Job> ImportDevicesAsync(
        string tenant,
        IAsyncEnumerable<ImportLine<Device>> lines,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Starts a job that writes all users of a tenant as NDJSON, which an import reads. Preferences are not included.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The job, which waits for a process. <see cref="ReadResultAsync"/> reads its result.</returns>
    Task<Job> ExportUsersAsync(string tenant, CancellationToken cancellationToken = default);

    /// <summary>
    /// Starts a job that writes all devices of a tenant as NDJSON, which an import reads, with their whole tokens.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The job, which waits for a process. <see cref="ReadResultAsync"/> reads its result.</returns>
    Task<Job> ExportDevicesAsync(string tenant, CancellationToken cancellationToken = default);

    /// <summary>
    /// Starts a job that writes everything about a user as NDJSON: the profile, preferences, devices, topics, inbox,
    /// notifications with what was sent and reported, and the audit records about the user. Other recipients are left out.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The ID of the user, who need not have a profile.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The job, which waits for a process. <see cref="ReadResultAsync"/> reads its result.</returns>
    /// <exception cref="InvalidRequestException">The ID is invalid.</exception>
    Task<Job> ExportUserAsync(string tenant, string userId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Starts a job that removes a user like <see cref="IRecipients.RemoveUserAsync"/>, removes the exports of the user, and ends
    /// when the data of the user is erased.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The job, which waits for a process.</returns>
    /// <exception cref="InvalidRequestException">The ID is invalid.</exception>
    Task<Job> EraseUserAsync(string tenant, string userId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Starts a job that prunes the devices that were not seen for long, as if a vendor had reported their tokens as dead: they
    /// get no more messages until their app registers again. <see cref="Job.Affected"/> counts them.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="days">The number of days for which a device was not seen. 1 to 3,650.</param>
    /// <param name="isDryRun">Whether to count the devices only.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The job, which waits for a process.</returns>
    /// <exception cref="InvalidRequestException">The number of days is invalid.</exception>
    Task<Job> PruneStaleDevicesAsync(
        string tenant,
        int days,
        bool isDryRun = false,
        CancellationToken cancellationToken = default
    );

    /// <summary>Reads the result of an export that has completed, in parts.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The ID of the job.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The parts of an NDJSON text in UTF-8; nothing without a result.</returns>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadResultAsync(string tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>Finds a job.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The ID of the job.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The job; null if the tenant has no such job, or it ended long ago.</returns>
    Task<Job?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>Lists the jobs of a tenant, newest first.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="page">The page. Its position is the ID of a job.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    Task<Page<Job>> ListAsync(string tenant, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>Cancels a job. Items that are being processed are finished. A job that has ended stays as it is.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The ID of the job.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The job afterwards; null if the tenant has no such job.</returns>
    Task<Job?> CancelAsync(string tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>Lists the items of a job that failed so far, in their order.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The ID of the job.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    IAsyncEnumerable<JobLineError> ListErrorsAsync(string tenant, Guid id, CancellationToken cancellationToken = default);
}
