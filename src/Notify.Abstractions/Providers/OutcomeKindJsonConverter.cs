namespace Notify.Providers;

/// <summary>A JSON converter that reads an unknown kind as <see cref="OutcomeKind.Unknown"/>.</summary>
public sealed class OutcomeKindJsonConverter() : TolerantEnumJsonConverter<OutcomeKind>(OutcomeKind.Unknown);
