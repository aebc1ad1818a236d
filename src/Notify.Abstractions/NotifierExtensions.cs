using System.Runtime.CompilerServices;

namespace Notify;

/// <summary>Extension methods for <see cref="INotifier"/>.</summary>
public static class NotifierExtensions
{
    /// <summary>
    /// The maximum number of triggers that are handed over together: several times what is accepted in one write, because the
    /// notifier plans a part of them while it stores the part before.
    /// </summary>
    private const int BatchSize = 1_024;

    /// <summary>
    /// Accepts a stream of triggers of any length in constant memory. The next triggers are read while earlier ones are stored,
    /// and no faster than their outcomes are consumed. While the stream has nothing to read, nothing is held back.
    /// </summary>
    /// <param name="notifier">The notifier.</param>
    /// <param name="triggers">
    /// The triggers. Give each an idempotency key, so that the stream can be repeated after a crash.
    /// </param>
    /// <param name="cancellationToken">A token to cancel the operation. Triggers that were accepted before remain so.</param>
    /// <returns>The outcomes, in the order of the triggers.</returns>
    public static async IAsyncEnumerable<TriggerOutcome> TriggerManyAsync(
        this INotifier notifier,
        IAsyncEnumerable<Trigger> triggers,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(notifier);
        ArgumentNullException.ThrowIfNull(triggers);

        // Batches are stored one after the other, because the order of triggers with a collapse key matters.
        var batches = ReadBatchesAsync(triggers, cancellationToken).ConfigureAwait(false);
        var storing = Task.FromResult<IReadOnlyList<TriggerOutcome>>([]);
        await foreach (var batch in batches)
        {
            var stored = await storing.ConfigureAwait(false);
            storing = notifier.TriggerManyAsync(batch.Triggers, cancellationToken);
            foreach (var outcome in stored)
                yield return outcome;
            if (!batch.IsLastForNow)
                continue;

            stored = await storing.ConfigureAwait(false);
            storing = Task.FromResult<IReadOnlyList<TriggerOutcome>>([]);
            foreach (var outcome in stored)
                yield return outcome;
        }
    }

    private static async IAsyncEnumerable<TriggerBatch> ReadBatchesAsync(
        IAsyncEnumerable<Trigger> triggers,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // Ends a pending read when the consumer stops early.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var source = triggers.GetAsyncEnumerator(ended.Token);
        var reading = Task.FromResult(true);
        try
        {
            var batch = new List<Trigger>(BatchSize);
            while (true)
            {
                var moving = source.MoveNextAsync();
                reading = moving.AsTask();
                if (!reading.IsCompleted)
                {
                    yield return new TriggerBatch(batch, IsLastForNow: true);
                    batch = new List<Trigger>(BatchSize);
                }

                if (!await reading.ConfigureAwait(false))
                    break;
                batch.Add(source.Current);
                if (batch.Count == BatchSize)
                {
                    yield return new TriggerBatch(batch, IsLastForNow: false);
                    batch = new List<Trigger>(BatchSize);
                }
            }

            yield return new TriggerBatch(batch, IsLastForNow: true);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private readonly record struct TriggerBatch(IReadOnlyList<Trigger> Triggers, bool IsLastForNow);
}
