using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Capacity;
using Notify.Core.Providers;
using Notify.Core.Telemetry;
using Notify.Providers;

namespace Notify.Core.Deliveries;

/// <summary>Makes one attempt: picks a provider whose circuit is closed and calls it inside one activity and one timer.</summary>
internal sealed class DeliveryExecutor(
    ProviderRouter router,
    ProviderHealth health,
    RateLimits limits,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<DeliveryExecutor> logger
)
{
    private static readonly TimeSpan TimeForLastWord = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _timeout = options.Value.AttemptTimeout;

    /// <exception cref="OperationCanceledException">The application is shutting down and the attempt was given up.</exception>
    public async ValueTask<Execution> ExecuteAsync(Delivery delivery, CancellationToken stopping)
    {
        var route = router.GetRoute(delivery.To);
        if (route.Count == 0)
            return Execution.Attempted(
                delivery.Provider,
                time.GetUtcNow(),
                default,
                Outcome.Rejected($"no provider sends over '{delivery.Channel}'")
            );

        var shortestBreak = TimeSpan.MaxValue;
        var first = FindPlace(delivery.Provider, route);
        for (var i = 0; i < route.Count; i++)
        {
            var provider = route[(first + i) % route.Count];
            var circuit = health.GetCircuit(provider.Name);
            if (circuit.OpenFor <= TimeSpan.Zero && provider.Name != delivery.Provider)
                return Execution.Moved(provider.Name);
            if (
                circuit.OpenFor <= TimeSpan.Zero
                && await AttemptAsync(provider, circuit, delivery, stopping).ConfigureAwait(false) is { } attempted
            )
                return attempted;

            shortestBreak = TimeSpan.FromTicks(Math.Clamp(circuit.OpenFor.Ticks, TimeSpan.TicksPerSecond, shortestBreak.Ticks));
        }

        return Execution.Deferred(delivery.Provider, shortestBreak);
    }

    private static int FindPlace(string provider, IReadOnlyList<IDeliveryProvider> route)
    {
        for (var i = 0; i < route.Count; i++)
        {
            if (route[i].Name == provider)
                return i;
        }

        return 0;
    }

    private async ValueTask<Execution?> AttemptAsync(
        IDeliveryProvider provider,
        ProviderCircuit circuit,
        Delivery delivery,
        CancellationToken stopping
    )
    {
        using var activity = EngineTelemetry.StartAttempt(delivery, provider);
        var timer = provider is ITimedDeliveryProvider ? new AttemptTimer(_timeout, time) : null;
        var startedAt = time.GetUtcNow();
        var started = time.GetTimestamp();
        var outcome = await circuit
            .CallAsync(
                static (call, token) => call.Executor.CallAsync(call.Provider, call.Timer, call.Delivery, token),
                (Executor: this, Provider: provider, Timer: timer, Delivery: delivery),
                stopping
            )
            .ConfigureAwait(false);
        if (outcome is null)
            return null;

        Adapt(limits.OfProvider(provider.Name), outcome);
        // What an attempt waited for its turn is not the provider's doing, and its history does not show it.
        var waited = timer?.BeganAt - startedAt ?? TimeSpan.Zero;
        var execution = Execution.Attempted(provider.Name, startedAt + waited, time.GetElapsedTime(started) - waited, outcome);
        EngineTelemetry.RecordAttempt(activity, delivery, execution);
        return execution;
    }

    private static void Adapt(AdaptiveRateLimiter rate, Outcome outcome)
    {
        if (outcome.IsThrottled)
            rate.Throttled();
        else if (outcome.Kind == OutcomeKind.Accepted)
            rate.Accepted();
    }

    private async ValueTask<Outcome> CallAsync(
        IDeliveryProvider provider,
        AttemptTimer? timer,
        Delivery delivery,
        CancellationToken stopping
    )
    {
        using var ending = new CancellationTokenSource(_timeout, time);
        timer?.Use(ending);
        using var stop = stopping.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), ending);
        Task<Outcome>? underWay = null;
        try
        {
            var sending = timer is null
                ? provider.SendAsync(delivery, ending.Token)
                : ((ITimedDeliveryProvider)provider).SendAsync(delivery, timer, ending.Token);
            var outcome = sending.IsCompletedSuccessfully
                ? sending.Result
                : await (underWay = sending.AsTask()).WaitAsync(ending.Token).ConfigureAwait(false);
            return outcome ?? Outcome.AnswerLost("the provider returned no outcome");
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            return await LastWordAsync(underWay, stopping).ConfigureAwait(false)
                ?? Outcome.AnswerLost($"no answer within {(timer?.Limit ?? _timeout).TotalSeconds:0.###} s");
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            // The exception may have come before the message was sent or after it.
            Log.ProviderThrew(logger, provider.Name, delivery.Id, exception.GetType().Name);
            return Outcome.AnswerLost($"the provider threw {exception.GetType().Name}");
        }
    }

    /// <summary>
    /// Gets the outcome of an attempt whose time is over; null when the provider gives none. Only the provider knows whether it
    /// had sent the message, or still waited for a connection: one that knows returns an outcome, another throws, and one that
    /// ignores the cancellation is left behind.
    /// </summary>
    private async ValueTask<Outcome?> LastWordAsync(Task<Outcome>? sending, CancellationToken stopping)
    {
        if (sending is null)
            return null;
        await ((Task)sending).WaitAsync(TimeForLastWord, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return sending.IsCompletedSuccessfully ? sending.Result : null;
    }
}
