namespace Notify.Storage;

/// <summary>
/// For transports: tells this process sooner than its next look into the store that there are topics to turn into deliveries.
/// </summary>
public interface IExpansionSignal
{
    /// <summary>Makes the worker look at once, where this process has one; from any thread.</summary>
    void Wake();
}
