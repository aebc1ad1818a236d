namespace Notify.Providers;

/// <summary>The lease under which an attempt is made. It may be renewed meanwhile.</summary>
internal interface IAttemptLease
{
    /// <summary>Gets the current end of the lease.</summary>
    DateTimeOffset Until { get; }
}
