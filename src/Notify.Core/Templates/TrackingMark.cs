namespace Notify.Core.Templates;

/// <summary>Marks contents whose trigger must not be tracked.</summary>
internal static class TrackingMark
{
    /// <summary>Returns the content, marked if the trigger must not be tracked.</summary>
    public static Content Mark(this Trigger trigger, Content content) =>
        trigger.Track == false && content.Track != false ? content with { Track = false } : content;
}
