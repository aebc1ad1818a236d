using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Queueing;
using Notify.Telemetry;

namespace Notify.Delivering;

/// <summary>Makes one attempt: picks the provider and calls it inside one activity and one timer.</summary>
internal sealed class DeliveryExecutor(
    ProviderCatalog providers, IOptions<NotificationsOptions> options, TimeProvider time, ILogger<DeliveryExecutor> logger)
{
    private readonly TimeSpan _timeout = options.Value.AttemptTimeout;

    /// <exception cref="OperationCanceledException">The application is shutting down and the attempt was given up.</exception>
    public async ValueTask<ExecutedAttempt> ExecuteAsync(Delivery delivery, CancellationToken stopping)
    {
        var provider = providers.Find(delivery.Provider) ?? providers.Of(delivery.Channel).FirstOrDefault();
        if (provider is null)
            return new ExecutedAttempt(delivery.Provider, time.GetUtcNow(), default, Outcome.Rejected($"no provider sends over '{delivery.Channel}'"));

        using var activity = NotifyTelemetry.StartAttempt(delivery, provider);
        var startedAt = time.GetUtcNow();
        var started = time.GetTimestamp();
        var outcome = await CallAsync(provider, delivery, stopping).ConfigureAwait(false);
        var attempt = new ExecutedAttempt(provider.Name, startedAt, time.GetElapsedTime(started), outcome);
        NotifyTelemetry.RecordAttempt(activity, delivery, attempt);
        return attempt;
    }

    private async ValueTask<Outcome> CallAsync(IDeliveryProvider provider, Delivery delivery, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            var sending = provider.SendAsync(delivery, either.Token);
            return sending.IsCompletedSuccessfully
                ? sending.Result
                : await sending.AsTask().WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            return Outcome.Retry($"no answer within {_timeout.TotalSeconds:0.###} s");
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.ProviderThrew(logger, provider.Name, delivery.Id, exception.GetType().Name);
            return Outcome.Retry($"provider threw {exception.GetType().Name}");
        }
    }
}

/// <summary>An attempt with its whole outcome, on its way to be settled.</summary>
internal readonly record struct ExecutedAttempt(string Provider, DateTimeOffset StartedAt, TimeSpan Duration, Outcome Outcome)
{
    public Attempt ForHistory() =>
        new(Provider, StartedAt, Duration, Outcome.Kind, Outcome.Reason, Outcome.ProviderMessageId);
}
