using System.Text.Json;
using Notify.Client.Answers;
using Notify.Client.Calls;
using Notify.Client.Requests;

namespace Notify.Client;

/// <summary>
/// Triggers of one tenant that are sent in one request, a line each. The service may end a stream early, for example because it
/// stops; the lines without a result are then sent again with their keys, to another process of the service.
/// </summary>
internal sealed class TriggerBatch
{
    /// <summary>
    /// The number of lines of a request. HTTP/1.1 clients read the results after the last line, so that these must fit into the
    /// buffers of the connection.
    /// </summary>
    public const int MaxLines = 256;

    private const int MaxRequests = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ServiceCalls _service;
    private readonly TriggerOutcome[] _outcomes;
    private List<SentTrigger> _open;

    /// <param name="service">The service.</param>
    /// <param name="outcomes">Where to put the outcomes.</param>
    /// <param name="triggers">The triggers.</param>
    public TriggerBatch(ServiceCalls service, TriggerOutcome[] outcomes, IEnumerable<SentTrigger> triggers) =>
        (_service, _outcomes, _open) = (service, outcomes, [.. triggers]);

    /// <summary>Sends the triggers and sets their outcomes.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        for (var requests = 1; ; requests++)
        {
            var error = await TrySendAsync(cancellationToken).ConfigureAwait(false);
            if (_open.Count == 0)
                return;
            if (requests == MaxRequests || error is NotifyServiceException { Status: >= 400 and < 500 })
            {
                Fail(error ?? CreateEndedEarly());
                return;
            }

            await _service.PauseAsync(Pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<Exception?> TrySendAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var request = ServiceRequest.Post("v1/notifications/stream", _open[0].Trigger.Tenant).Repeat();
            request.Content = TriggerContent.CreateLines(_open.Select(sent => (sent.Trigger, sent.Key)));
            using var response = await _service.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                return await ProblemAnswer.ReadExceptionAsync(response, cancellationToken).ConfigureAwait(false);

            Read(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return exception;
        }
    }

    private void Read(byte[] lines)
    {
        var sent = _open;
        var unanswered = sent.ToDictionary(trigger => trigger.Index);
        foreach (var range in lines.AsSpan().Split((byte)'\n'))
        {
            if (TryParse(lines.AsSpan(range)) is not { Ended: false } answer || answer.Line < 1 || answer.Line > sent.Count)
                continue;
            var trigger = sent[(int)answer.Line - 1];
            _outcomes[trigger.Index] = CreateOutcome(trigger, answer);
            unanswered.Remove(trigger.Index);
        }

        _open = [.. sent.Where(trigger => unanswered.ContainsKey(trigger.Index))];
    }

    // A connection that breaks off may leave a part of a line.
    private static AcceptedAnswer? TryParse(ReadOnlySpan<byte> line)
    {
        try
        {
            return line.IsEmpty ? null : JsonSerializer.Deserialize(line, AnswerJson.Default.AcceptedAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TriggerOutcome CreateOutcome(SentTrigger sent, AcceptedAnswer answer) =>
        answer.Status < 400
            ? new TriggerOutcome(answer.CreateResult(isRepeatable: sent.Trigger.IdempotencyKey is not null))
            : new TriggerOutcome(
                ProblemAnswer.CreateException(answer.Status, answer.Code, answer.Detail, answer.ExistingId, answer.Errors)
            );

    private void Fail(Exception error)
    {
        foreach (var sent in _open)
            _outcomes[sent.Index] = new TriggerOutcome(error);
    }

    private static NotifyServiceException CreateEndedEarly() =>
        new(503, null, $"The service ended the stream early {MaxRequests} times.");
}

/// <summary>A trigger of a batch.</summary>
/// <param name="Trigger">The trigger.</param>
/// <param name="Index">The place of its outcome.</param>
/// <param name="Key">The key under which the trigger is sent, also when it is sent again.</param>
internal sealed record SentTrigger(Trigger Trigger, int Index, string Key);
