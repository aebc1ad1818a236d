namespace Notify.Storage.Redis;

/// <summary>
/// Elects one process among all that share a Redis, for work that only one is to do: a sweeper, a nightly report.
/// </summary>
public interface ILeadership
{
    /// <summary>
    /// Makes this process the leader of a role, unless another is. It stays leader, and is renewed in the background, until the
    /// term is disposed of or lost. Ask again after a while where the answer is null.
    /// </summary>
    /// <param name="role">What is led, such as <c>retention-sweeper</c>. 1 to 256 characters.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The term, or null where another process leads or Redis is away.</returns>
    ValueTask<LeaderTerm?> TryLeadAsync(string role, CancellationToken cancellationToken = default);
}
