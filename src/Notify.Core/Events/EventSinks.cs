namespace Notify.Core.Events;

/// <summary>Publishes events to the sinks that want them.</summary>
internal sealed class EventSinks(IEnumerable<IEventSink> sinks)
{
    private readonly IEventSink[] _sinks = [.. sinks];

    /// <summary>Determines whether any sink wants events of a type. An event that no sink wants need not be created.</summary>
    public bool Want(string type)
    {
        foreach (var sink in _sinks)
        {
            if (sink.Wants(type))
                return true;
        }

        return false;
    }

    public void Publish(NotifyEvent happened)
    {
        foreach (var sink in _sinks)
        {
            if (sink.Wants(happened.Type))
                sink.Publish(happened);
        }
    }
}
