using System.Net;
using System.Text;
using Notify.Client.Answers;
using Notify.Client.Calls;
using Notify.Client.Requests;

namespace Notify.Client.Outbox;

/// <summary>Sends leased rows to the service.</summary>
internal sealed class OutboxCalls(ServiceCalls service)
{
    /// <summary>Sends rows of one tenant in one request, and determines the outcome of each.</summary>
    public async ValueTask<OutboxSettlement> SendAsync(IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        var settlement = new OutboxSettlement();
        using var activity = OutboxTelemetry.StartForward(rows);
        using var request = ServiceRequest.Post("v1/notifications/stream", rows[0].Tenant).Repeat();
        var lines = string.Concat(rows.Select(row => row.Body + "\n"));
        request.Content = JsonBody.Create(Encoding.UTF8.GetBytes(lines), "application/x-ndjson");
        try
        {
            using var response = await service.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                Read(settlement, rows, await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
            else
                Refuse(
                    settlement,
                    rows,
                    await ProblemAnswer.ReadExceptionAsync(response, cancellationToken).ConfigureAwait(false)
                );
        }
        catch (Exception exception)
        {
            Release(settlement, rows, exception);
        }

        settlement.MayHaveArrived = OutboxArrivalHandler.MayHaveArrived(request);
        activity?.SetTag("notify.client.outbox.accepted", settlement.Accepted.Count);
        if (settlement.TooLarge.Count > 0)
            await SendHalvesAsync(settlement, cancellationToken).ConfigureAwait(false);
        return settlement;
    }

    // A proxy on the way has a lower limit than the service.
    private async ValueTask SendHalvesAsync(OutboxSettlement settlement, CancellationToken cancellationToken)
    {
        var rows = settlement.TooLarge;
        foreach (var half in rows.Chunk((rows.Count + 1) / 2))
            settlement.Add(await SendAsync(half, cancellationToken).ConfigureAwait(false));
    }

    private static void Read(OutboxSettlement settlement, IReadOnlyList<OutboxRow> rows, byte[] lines)
    {
        var answers = AnswerLines.Parse(lines).Where(answer => answer.Line <= rows.Count).ToLookup(answer => answer.Line);
        for (var i = 0; i < rows.Count; i++)
        {
            if (answers[i + 1].FirstOrDefault() is { } answer)
                Read(settlement, rows[i], answer);
            else
                Release(settlement, [rows[i]], CreateUnanswered(answers.Count));
        }
    }

    private static void Read(OutboxSettlement settlement, OutboxRow row, AcceptedAnswer answer)
    {
        if (answer.Status is >= 200 and < 300 && answer.Id != Guid.Empty)
            settlement.Accepted.Add(row);
        else if (IsFinal(answer.Status))
            settlement.Refused.Add(new OutboxRefusal(row, answer.Code ?? GetCode(answer.Status), GetReason(answer)));
        else
            Release(
                settlement,
                [row],
                ProblemAnswer.CreateException(answer.Status, answer.Code, answer.Detail, answer.ExistingId, answer.Errors)
            );
    }

    private static void Refuse(OutboxSettlement settlement, IReadOnlyList<OutboxRow> rows, Exception exception)
    {
        switch (exception)
        {
            // The only field of the request itself is the tenant.
            case InvalidRequestException invalid:
                settlement.Refused.AddRange(
                    rows.Select(row => new OutboxRefusal(row, ProblemCodes.InvalidRequest, GetReason(invalid.Errors)))
                );
                break;
            case NotifyServiceException { Status: (int)HttpStatusCode.RequestEntityTooLarge } when rows.Count > 1:
                settlement.TooLarge.AddRange(rows);
                break;
            case NotifyServiceException { Status: (int)HttpStatusCode.RequestEntityTooLarge } tooLarge:
                settlement.Refused.Add(new OutboxRefusal(rows[0], tooLarge.Code ?? GetCode(tooLarge.Status), tooLarge.Message));
                break;
            default:
                Release(settlement, rows, exception);
                break;
        }
    }

    private static void Release(OutboxSettlement settlement, IEnumerable<OutboxRow> rows, Exception error)
    {
        settlement.Released.AddRange(rows);
        settlement.Error ??= error;
    }

    /// <summary>Determines whether the same trigger would be refused again.</summary>
    private static bool IsFinal(int status) => status is >= 400 and < 500 and not (408 or 409 or 425 or 429);

    private static string GetCode(int status) => $"status_{status}";

    private static string GetReason(AcceptedAnswer answer) =>
        answer.Errors is { Count: > 0 } errors
            ? GetReason(errors.Select(error => error.CreateError()))
            : answer.Detail ?? $"The service answered {answer.Status}.";

    private static string GetReason(IEnumerable<FieldError> errors) =>
        string.Join(' ', errors.Select(error => $"{error.Field}: {error.Message}"));

    private static NotifyServiceException CreateUnanswered(int answers) =>
        new(
            (int)HttpStatusCode.OK,
            null,
            answers == 0
                ? "The answer is not that of a Notify service. Check NotifyClientOptions.Address."
                : "The service ended the stream early."
        );
}
