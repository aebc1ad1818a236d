namespace Notify.Storage.Toolkit;

/// <summary>
/// Decides how long a purge rests after each step, so that sending goes on meanwhile: up to <see cref="LongestRest"/> times as
/// long as the step took, as long as it proceeds twice as fast as the notifications were accepted. A purge that would be slower
/// rests less, so that it does not fall behind, but at least as long as the step took. Not thread-safe: each purge has its own.
/// </summary>
/// <param name="time">
/// The clock that measures the steps. A store passes the system's clock, because an application's own clock may stand still.
/// </param>
public sealed class PurgePace(TimeProvider time)
{
    /// <summary>The longest rest, as a multiple of the duration of the step before.</summary>
    public const int LongestRest = 4;

    private const int Speed = 2;

    private long _started = time.GetTimestamp();
    private DateTimeOffset? _reached;

    /// <summary>Begins a step.</summary>
    public void Begin() => _started = time.GetTimestamp();

    /// <summary>Ends a step that purged rows in the order in which their notifications were accepted, and rests.</summary>
    /// <param name="reached">The time at which the last of these notifications was accepted.</param>
    /// <param name="cancellationToken">A token to cancel the rest.</param>
    public Task RestAsync(DateTimeOffset reached, CancellationToken cancellationToken)
    {
        var worked = time.GetElapsedTime(_started);
        var covered = reached - (_reached ?? reached);
        _reached = reached;
        var (least, most) = (worked, worked * LongestRest);
        var rest = (covered / Speed) - worked;
        return RestAsync(
            rest < least ? least
                : rest > most ? most
                : rest,
            cancellationToken
        );
    }

    /// <summary>Ends a step that purged rows in another order, and rests as long as the step took.</summary>
    /// <param name="cancellationToken">A token to cancel the rest.</param>
    public Task RestAsync(CancellationToken cancellationToken) => RestAsync(time.GetElapsedTime(_started), cancellationToken);

    private Task RestAsync(TimeSpan rest, CancellationToken cancellationToken) => Task.Delay(rest, time, cancellationToken);
}
