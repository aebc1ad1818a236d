using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Capacity;
using Notify.Core.Providers;
using Notify.Core.Queue;
using Notify.Core.Telemetry;
using Notify.Core.Tracking;
using Notify.Providers;

namespace Notify.Core.Deliveries;

/// <summary>
/// Makes one attempt: picks a provider that is not paused and whose circuit is closed, and calls it within an activity and a
/// timeout.
/// </summary>
internal sealed class DeliveryExecutor(
    ProviderRouter router,
    ProviderHealth health,
    ProviderPauses pauses,
    ProviderFigures figures,
    RateLimits limits,
    MessageTracker tracker,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<DeliveryExecutor> logger
)
{
    private static readonly TimeSpan LateOutcomeTimeout = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The time after which a delivery asks again whether its provider is paused. Most deliveries of a paused provider are not
    /// leased at all; only those that can use fewer providers than others of their channel come here.
    /// </summary>
    private static readonly TimeSpan PauseInterval = TimeSpan.FromSeconds(10);

    private readonly TimeSpan _timeout = options.Value.AttemptTimeout;

    /// <summary>
    /// Makes an attempt, moves the delivery to another provider, or defers it because no provider may be called. Makes no attempt
    /// under a lease that could end during it.
    /// </summary>
    /// <exception cref="OperationCanceledException">The application is shutting down and the attempt was abandoned.</exception>
    public async ValueTask<Execution> ExecuteAsync(InFlight inFlight, CancellationToken stopping)
    {
        var delivery = inFlight.Lease.Delivery;
        var route = router.GetRoute(delivery);
        if (route.Count == 0)
            return Execution.FromAttempt(
                delivery.Provider,
                time.GetUtcNow(),
                default,
                Outcome.Rejected(DescribeNoRoute(delivery))
            );

        var shortestBreak = TimeSpan.MaxValue;
        var first = FindIndex(delivery.Provider, route);
        for (var i = 0; i < route.Count; i++)
        {
            var provider = route[(first + i) % route.Count];
            var circuit = health.GetCircuit(provider.Name);
            var wait = pauses.IsPaused(provider.Name) ? PauseInterval : circuit.OpenFor;
            if (wait <= TimeSpan.Zero)
            {
                if (provider.Name != delivery.Provider)
                    return Execution.MoveTo(provider.Name);
                if (await AttemptAsync(provider, circuit, inFlight, delivery, stopping).ConfigureAwait(false) is { } attempted)
                    return attempted;
                // The circuit has opened in between.
                wait = circuit.OpenFor;
            }

            shortestBreak = TimeSpan.FromTicks(Math.Clamp(wait.Ticks, TimeSpan.TicksPerSecond, shortestBreak.Ticks));
        }

        return Execution.Defer(delivery.Provider, shortestBreak);
    }

    private static string DescribeNoRoute(Delivery delivery) =>
        delivery.Provider == ITestDeliveryProvider.ReservedName ? "this process has no provider for test notifications"
        : ContentDemands.Exist(delivery.Channel, delivery.Content)
            ? $"no provider for '{delivery.Channel}' allows the sender and the attachments of the content"
        : $"no provider sends over '{delivery.Channel}'";

    private static int FindIndex(string provider, IReadOnlyList<IDeliveryProvider> route)
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
        InFlight inFlight,
        Delivery delivery,
        CancellationToken stopping
    )
    {
        var message = await tracker.PrepareAsync(delivery, stopping).ConfigureAwait(false);
        // The duration is measured from before the time that is stored, so the stored span contains the whole call, even if the
        // process is not scheduled between the two.
        var started = time.GetTimestamp();
        var startedAt = time.GetUtcNow();
        if (startedAt + _timeout > inFlight.Until)
        {
            // The lease arrived late, or the preparation waited for the store, and the lease could end before it is renewed.
            // Another worker would then repeat the attempt, or a cancellation would report the delivery as stopped although it
            // was sent.
            return Execution.TooLate;
        }

        using var activity = EngineTelemetry.StartAttempt(delivery, provider);
        var timer = provider is ITimedDeliveryProvider ? new AttemptTimer(_timeout, time, inFlight) : null;
        var outcome = await circuit
            .CallAsync(
                static (call, token) => call.Executor.CallAsync(call.Provider, call.Timer, call.Delivery, token),
                (Executor: this, Provider: provider, Timer: timer, Delivery: message),
                stopping
            )
            .ConfigureAwait(false);
        if (outcome is null)
            return null;
        if (timer?.IsTooLate == true && outcome.Kind != OutcomeKind.Sent)
            return Execution.TooLate;

        AdaptRate(limits.GetProviderLimiter(provider.Name), outcome);
        // The time that an attempt waited for its turn is not the provider's, so the attempt begins after it.
        var waited = timer?.BeganAt - startedAt ?? TimeSpan.Zero;
        var execution = Execution.FromAttempt(provider.Name, startedAt + waited, time.GetElapsedTime(started) - waited, outcome);
        EngineTelemetry.RecordAttempt(activity, delivery, execution);
        figures.Record(provider.Name, outcome.Kind, execution.Duration);
        return execution;
    }

    private static void AdaptRate(AdaptiveRateLimiter limiter, Outcome outcome)
    {
        if (outcome.IsThrottled)
            limiter.LowerRate();
        else if (outcome.Kind == OutcomeKind.Sent)
            limiter.RaiseRate();
    }

    private async ValueTask<Outcome> CallAsync(
        IDeliveryProvider provider,
        AttemptTimer? timer,
        Delivery delivery,
        CancellationToken stopping
    )
    {
        // The token ends the attempt at its timeout or when the application gives up draining. A provider that limits its own
        // time (ITimedDeliveryProvider) restarts the timeout once its turn has come.
        using var ending = new CancellationTokenSource(_timeout, time);
        timer?.Use(ending);
        using var stop = stopping.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), ending);
        Task<Outcome>? inFlight = null;
        try
        {
            var sending = timer is null
                ? provider.SendAsync(delivery, ending.Token)
                : ((ITimedDeliveryProvider)provider).SendAsync(delivery, timer, ending.Token);
            var outcome = sending.IsCompletedSuccessfully
                ? sending.Result
                : await (inFlight = sending.AsTask()).WaitAsync(ending.Token).ConfigureAwait(false);
            return outcome ?? Outcome.AnswerLost("the provider returned no outcome");
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            return await GetLateOutcomeAsync(inFlight, stopping).ConfigureAwait(false)
                ?? Outcome.AnswerLost($"no answer within {(timer?.Limit ?? _timeout).TotalSeconds:0.###} s");
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            // The exception may have been thrown before or after the message was sent.
            Log.ProviderThrew(logger, provider.Name, delivery.Id, exception.GetType().Name);
            return Outcome.AnswerLost($"the provider threw {exception.GetType().Name}");
        }
    }

    /// <summary>
    /// Gets the outcome of an attempt that timed out; null if the provider returns none. Only the provider knows whether it had
    /// sent the message or still waited for a connection. It gets a moment to return that as an outcome. If it throws instead, or
    /// ignores the cancellation, the answer counts as lost.
    /// </summary>
    private async ValueTask<Outcome?> GetLateOutcomeAsync(Task<Outcome>? sending, CancellationToken stopping)
    {
        if (sending is null)
            return null;
        await ((Task)sending)
            .WaitAsync(LateOutcomeTimeout, time, stopping)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return sending.IsCompletedSuccessfully ? sending.Result : null;
    }
}
