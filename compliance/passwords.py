"""Django's rules for new passwords, each with one short sentence that says what to do."""

from django.contrib.auth import password_validation as rules

HELP = "12文字以上。名前や、よく使われる言葉だけのものは使えません。"


class LongEnough(rules.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return f"{self.min_length}文字以上にしてください。"


class UnlikeThePerson(rules.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return "名前やメールアドレスに似ています。別のものにしてください。"


class Uncommon(rules.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return "よく使われるパスワードです。別のものにしてください。"


class NotOnlyDigits(rules.NumericPasswordValidator):
    def get_error_message(self) -> str:
        return "数字だけでは使えません。文字を混ぜてください。"
