namespace Notify.Storage.Redis;

/// <summary>
/// Elects one of the processes that share a Redis for work that only one of them should do, such as a sweeper or a nightly
/// report.
/// </summary>
public interface ILeadership
{
    /// <summary>
    /// Makes this process the leader of a role, unless another process leads. The term is renewed in the background until it is
    /// disposed of or lost. If the result is null, try again after a while.
    /// </summary>
    /// <param name="role">The role, such as <c>retention-sweeper</c>. 1 to 256 characters.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The term, or null if another process leads or Redis is unavailable.</returns>
    ValueTask<LeaderTerm?> TryLeadAsync(string role, CancellationToken cancellationToken = default);
}
