using System.Data.Common;
using Notify.Client.Answers;
using Notify.Client.Calls;
using Notify.Client.Outbox;
using Notify.Client.Requests;

namespace Notify.Client;

/// <summary>
/// The notifier of an application that uses a service. Every trigger gets an idempotency key before it is sent, so that a call
/// whose answer was lost can be repeated.
/// </summary>
internal sealed class RemoteNotifier(ServiceCalls service, IEnumerable<OutboxWriter> outboxes) : INotifier
{
    public async Task<TriggerResult> TriggerAsync(Trigger trigger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        using var request = ServiceRequest.Post("v1/notifications", trigger.Tenant).Repeat();
        request.Content = TriggerContent.Create(trigger, trigger.IdempotencyKey ?? service.CreateKey());
        using var response = await service.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var answer = await ServiceCalls
            .ReadAsync(response, AnswerJson.Default.AcceptedAnswer, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreateResult(isRepeatable: trigger.IdempotencyKey is not null);
    }

    public async Task<TriggerResult> TriggerAsync(
        Trigger trigger,
        DbTransaction transaction,
        CancellationToken cancellationToken = default
    )
    {
        var outbox = outboxes.FirstOrDefault()
            ?? throw new NotSupportedException(
                "A service cannot take part in a transaction of this application. Add an outbox with AddNotifyClientOutbox, or "
                    + "call TriggerAsync without the transaction after it was committed."
            );
        ArgumentNullException.ThrowIfNull(trigger);
        ArgumentNullException.ThrowIfNull(transaction);
        if (Validate(trigger).Concat(OutboxRules.FindErrors(trigger)).ToArray() is { Length: > 0 } errors)
            throw new InvalidRequestException(errors);

        var key = trigger.IdempotencyKey ?? service.CreateKey();
        await outbox.EnqueueAsync(trigger, key, transaction, cancellationToken).ConfigureAwait(false);
        return new TriggerResult(Guid.Empty, isDuplicate: false);
    }

    public async Task<IReadOnlyList<TriggerOutcome>> TriggerManyAsync(
        IReadOnlyList<Trigger> triggers,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(triggers);
        var outcomes = new TriggerOutcome[triggers.Count];
        var byTenant = triggers.Select(CreateSent).GroupBy(sent => sent.Trigger.Tenant);
        foreach (var group in byTenant)
        {
            foreach (var batch in group.Chunk(TriggerBatch.MaxLines))
                await new TriggerBatch(service, outcomes, batch).SendAsync(cancellationToken).ConfigureAwait(false);
        }

        return outcomes;
    }

    public async Task<Cancellation?> CancelAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        using var request = ServiceRequest.Post($"v1/notifications/{id}/cancel?ids=true", tenant).Repeat();
        using var response = await service.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            return await ReadCancellationAsync(response, cancellationToken).ConfigureAwait(false);
        }
        catch (NotifyServiceException exception) when (exception.Code == ProblemCodes.NotFound)
        {
            return null;
        }
    }

    public async Task<Cancellation> CancelAsync(CancellationTarget target, CancellationToken cancellationToken = default)
    {
        if (Validate(target) is { Count: > 0 } errors)
            throw new InvalidRequestException(errors);

        using var request = ServiceRequest.Post("v1/notifications/cancel?ids=true", target.Tenant).Repeat();
        request.Content = TargetContent.Create(target);
        using var response = await service.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return await ReadCancellationAsync(response, cancellationToken).ConfigureAwait(false);
    }

    public IReadOnlyList<FieldError> Validate(CancellationTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return (target.Reference, target.CancellationKey) switch
        {
            (null, null) =>
            [
                new FieldError(
                    "cancellationKey",
                    FieldErrorCodes.Required,
                    "Either a cancellation key or a reference is required."
                ),
            ],
            (not null, not null) =>
            [
                new FieldError("reference", FieldErrorCodes.Conflict, "Use either a reference or a cancellation key, not both."),
            ],
            _ => [],
        };
    }

    // The rules depend on the providers and the settings of the service, which validates every trigger.
    public IReadOnlyList<FieldError> Validate(Trigger trigger)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        return trigger.To is { Count: > 0 }
            ? []
            : [new FieldError("to", FieldErrorCodes.Required, "At least one recipient is required.")];
    }

    private SentTrigger CreateSent(Trigger trigger, int index) =>
        new(trigger, index, trigger.IdempotencyKey ?? service.CreateKey());

    private static async Task<Cancellation> ReadCancellationAsync(
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        var answer = await ServiceCalls
            .ReadAsync(response, AnswerJson.Default.CancellationAnswer, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreateCancellation();
    }
}
