namespace Notify;

/// <summary>The engine's only source of chance. A simulation puts a seeded one in its place, so that a run can be repeated.</summary>
internal class Chance
{
    /// <summary>A UUIDv7 of this time.</summary>
    public virtual Guid NewId(DateTimeOffset at) => Guid.CreateVersion7(at);

    /// <summary>At least 0 and less than 1.</summary>
    public virtual double NextDouble() => Random.Shared.NextDouble();
}
