using System.ComponentModel.DataAnnotations;

namespace Notify.Hosting.Secrets;

/// <summary>Options of the encryption of stored secrets. They are validated at start.</summary>
public sealed class SecretsOptions : IValidatableObject
{
    private const int MinLength = 32;
    private const int MaxLength = 1_024;

    /// <summary>
    /// Gets the keys that encrypt the key ring, each of 32 to 1,024 characters; create one with <c>openssl rand -base64 32</c>.
    /// The first key encrypts, and the others decrypt what was encrypted before. All processes need the same keys. Empty by
    /// default: the key ring is then stored without encryption, so that whoever can read the whole store can read the secrets in
    /// it.
    /// </summary>
    public IList<string> RootKeys { get; } = [];

    /// <inheritdoc/>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        for (var i = 0; i < RootKeys.Count; i++)
        {
            if (RootKeys[i].Length is < MinLength or > MaxLength)
            {
                yield return new ValidationResult(
                    $"RootKeys:{i} must have {MinLength} to {MaxLength} characters. Create one with: openssl rand -base64 32",
                    [nameof(RootKeys)]
                );
            }
        }
    }
}
