using System.Text.Json;
using Notify.Hosting.Notifications;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.TriggerStreams;

/// <summary>Reads triggers from the lines of a stream.</summary>
internal sealed class TriggerLineReader(INotifier notifier, string tenant, ApiKeyKind kind, string? streamKey, long maxLineBytes)
{
    /// <summary>Reads a batch of lines, which then belongs to the result.</summary>
    public TriggerLines Read(LineBatch batch)
    {
        var read = new TriggerLines(batch);
        foreach (var line in batch.Lines)
            read.Add(Read(line, read));
        return read;
    }

    private TriggerLine Read(BodyLine line, TriggerLines lines)
    {
        if (line.IsTooLong)
            return new TriggerLine(line.Number) { Refusal = Problem.LineTooLarge(maxLineBytes) };
        if (!RequestBody.TryParse(line.Bytes, out var document, out var refusal))
            return new TriggerLine(line.Number) { Refusal = refusal };

        lines.Add(document);
        var body = TriggerBody.Read(JsonField.Root(document.RootElement, new FieldErrors()), tenant, kind, idempotencyKey: null);
        if (body.Errors.Any)
        {
            body.Add(notifier.Validate(body.Trigger));
            return new TriggerLine(line.Number) { Refusal = Problem.InvalidFields(body.Errors) };
        }

        return new TriggerLine(line.Number)
        {
            Body = body,
            Trigger =
                streamKey is not null && body.Trigger.IdempotencyKey is null
                    ? body.Trigger with
                    {
                        IdempotencyKey = $"{streamKey}:{line.Number}",
                    }
                    : body.Trigger,
        };
    }
}

/// <summary>
/// The triggers of a batch of lines. They refer to the batch and to its documents, which are disposed together.
/// </summary>
internal sealed class TriggerLines(LineBatch batch) : IDisposable
{
    private readonly List<TriggerLine> _lines = new(batch.Count);
    private readonly List<Trigger> _triggers = new(batch.Count);
    private readonly List<JsonDocument> _documents = new(batch.Count);

    public IReadOnlyList<TriggerLine> Lines => _lines;

    /// <summary>Gets the triggers of the lines that have one.</summary>
    public IReadOnlyList<Trigger> Triggers => _triggers;

    public void Add(TriggerLine line)
    {
        _lines.Add(line);
        if (line.Trigger is { } trigger)
            _triggers.Add(trigger);
    }

    public void Add(JsonDocument document) => _documents.Add(document);

    public void Dispose()
    {
        foreach (var document in _documents)
            document.Dispose();
        batch.Dispose();
    }
}

/// <summary>A line of a stream: a trigger with the body that it was read from, or the reason why it has none.</summary>
internal readonly record struct TriggerLine(long Number)
{
    public Trigger? Trigger { get; init; }

    public TriggerBody? Body { get; init; }

    public ProblemResult? Refusal { get; init; }
}
