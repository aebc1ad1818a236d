using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A label by which notifications are found. A store keeps an index of labels, newest notification first. Most notifications have
/// none and cost nothing there.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public readonly record struct NotificationLabel
{
    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="kind">The kind of the label.</param>
    /// <param name="value">The value of the label.</param>
    [SetsRequiredMembers]
    public NotificationLabel(NotificationLabelKind kind, string value)
    {
        Kind = kind;
        Value = value;
    }

    /// <summary>Gets the kind of the label.</summary>
    public required NotificationLabelKind Kind { get; init; }

    /// <summary>Gets the value of the label.</summary>
    public required string Value { get; init; }

    /// <summary>Gets the labels of a trigger: its reference, its cancellation key and its tags.</summary>
    /// <param name="trigger">The trigger.</param>
    public static IReadOnlyList<NotificationLabel> GetAll(Trigger trigger)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        return trigger is { Reference: null, CancellationKey: null, Tags: null or { Count: 0 } }
            ? []
            : Create(trigger.Reference, trigger.CancellationKey, trigger.Tags ?? []);
    }

    /// <summary>Gets the labels that a filter requires. A notification must have all of them.</summary>
    /// <param name="filter">The filter.</param>
    public static IReadOnlyList<NotificationLabel> GetAll(NotificationFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return Create(filter.Reference, filter.CancellationKey, filter.Tag is { } tag ? [tag] : []);
    }

    private static List<NotificationLabel> Create(string? reference, string? cancellationKey, IReadOnlyList<string> tags)
    {
        var labels = new List<NotificationLabel>();
        if (reference is not null)
            labels.Add(new NotificationLabel(NotificationLabelKind.Reference, reference));
        if (cancellationKey is not null)
            labels.Add(new NotificationLabel(NotificationLabelKind.CancellationKey, cancellationKey));
        foreach (var tag in tags)
            labels.Add(new NotificationLabel(NotificationLabelKind.Tag, tag));
        return labels;
    }
}

/// <summary>The kind of a label. The numbers are part of the stored form.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public enum NotificationLabelKind
{
    /// <summary>See <see cref="Trigger.Reference"/>.</summary>
    Reference = 0,

    /// <summary>See <see cref="Trigger.CancellationKey"/>.</summary>
    CancellationKey = 1,

    /// <summary>See <see cref="Trigger.Tags"/>.</summary>
    Tag = 2,
}
